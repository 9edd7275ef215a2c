// Pages that let a visitor leave code, and code in pictures.

rule Php_In_Picture
{
    meta:
        description = "JPEG, PNG or GIF that holds PHP which runs or unpacks something"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "high"
        mitre_att = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        sample = "picture.toml"

    strings:
        $php = "<?php" nocase
        $run = /\b(eval|assert|system|passthru|shell_exec|base64_decode|gzinflate|proc_open|popen)[ \t]{0,4}\(/ nocase

    condition:
        (uint16be(0) == 0xFFD8 or uint32be(0) == 0x89504E47 or uint32be(0) == 0x47494638)
        and filesize < 20MB
        and all of them
}

rule Page_Writes_Request
{
    meta:
        description = "PHP, JSP or ASP.NET that writes what a visitor sends into a file that he names"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "high"
        mitre_att = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        sample = "page.toml"

    strings:
        $php = /\bfile_put_contents[ \t]{0,4}\([^;,\r\n]{0,60}\$_(POST|GET|REQUEST|COOKIE)\[[^;\r\n]{1,60},[^;\r\n]{0,60}\$_(POST|GET|REQUEST|COOKIE|FILES)\b/ nocase
        $jsp = /\bnew[ \t]{1,4}(java\.io\.)?(FileOutputStream|FileWriter|RandomAccessFile)[ \t]{0,4}\([^;\r\n]{0,120}request[ \t]{0,4}\.[ \t]{0,4}getParameter[ \t]{0,4}\([^;\r\n]{0,160}\.write[ \t]{0,4}\([^;\r\n]{0,60}request[ \t]{0,4}\./
        $aspx = /\bFile[ \t]{0,4}\.[ \t]{0,4}(WriteAllText|WriteAllBytes|AppendAllText)[ \t]{0,4}\([^;,\r\n]{0,120}\bRequest[ \t]{0,4}[.\[][^;\r\n]{1,60},[^;\r\n]{0,120}\bRequest[ \t]{0,4}[.\[]/

    condition:
        filesize < 1MB
        and any of them
}
