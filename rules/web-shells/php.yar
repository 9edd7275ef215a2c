// PHP that runs what a visitor sends.

rule Php_Runs_Request
{
    meta:
        description = "PHP that hands a request parameter to the interpreter or the shell"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "high"
        mitre_att = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        sample = "shell.toml"

    strings:
        // cfr:allow CFR030 a page opens code with these two bytes; the other strings decide
        $php = "<?"
        $code = /\b(eval|assert|create_function)[ \t]{0,4}\([ \t]{0,4}(@?[a-z_0-9]{3,24}[ \t]{0,4}\([ \t]{0,4}){0,3}\$\{?["']?_(POST|GET|REQUEST|COOKIE|SERVER|FILES)\b/ nocase
        $shell = /\b(system|passthru|shell_exec|popen|proc_open|pcntl_exec)[ \t]{0,4}\([ \t]{0,4}(@?[a-z_0-9]{3,24}[ \t]{0,4}\([ \t]{0,4}){0,3}\$\{?["']?_(POST|GET|REQUEST|COOKIE)\b/ nocase
        $callback = /\b(call_user_func(_array)?|array_map|array_filter|usort|register_shutdown_function)[ \t]{0,4}\([ \t]{0,4}\$_(POST|GET|REQUEST|COOKIE)\b/ nocase
        $variable = /\$_(POST|GET|REQUEST|COOKIE)\[[^\]\r\n]{1,40}\][ \t]{0,4}\([ \t]{0,4}\$_(POST|GET|REQUEST|COOKIE)\b/ nocase
        $backtick = /`[ \t]{0,4}\$_(POST|GET|REQUEST|COOKIE)\[[^`\r\n]{1,80}`/ nocase

    condition:
        filesize < 5MB
        and $php
        and any of ($code, $shell, $callback, $variable, $backtick)
}

rule Php_Unpacks_And_Runs
{
    meta:
        description = "PHP that decodes a long packed text and runs it"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "medium"
        mitre_att = "T1027"
        reference = "https://attack.mitre.org/techniques/T1027/"
        sample = "packed.toml"

    strings:
        // cfr:allow CFR030 a page opens code with these two bytes; the other strings decide
        $php = "<?"
        $run = /\b(eval|assert)[ \t]{0,4}\([ \t]{0,4}(@?(gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode|strrev|rawurldecode|hex2bin|convert_uudecode)[ \t]{0,4}\([ \t]{0,4}){1,6}["'][^"'\r\n]{100}/ nocase

    condition:
        filesize < 5MB
        and $php
        and $run
}
