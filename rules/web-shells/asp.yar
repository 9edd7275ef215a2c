// Classic ASP and ASP.NET that runs what a visitor sends.

rule Asp_Runs_Request
{
    meta:
        description = "Classic ASP that hands a request parameter to the interpreter or the shell"
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
        $asp = "<%"
        $code = /\b(eval|execute|executeglobal)[ \t]{0,4}\(?[ \t]{0,4}request([ \t]{0,4}\.[ \t]{0,4}(item|form|querystring|cookies))?[ \t]{0,4}\(/ nocase
        $shell = /\.(run|exec)[ \t]{0,4}\(?[ \t]{0,4}("[^"\r\n]{0,60}"[ \t]{0,4}&[ \t]{0,4})?request([ \t]{0,4}\.[ \t]{0,4}(item|form|querystring|cookies))?[ \t]{0,4}\(/ nocase

    condition:
        filesize < 5MB
        and $asp
        and any of ($code, $shell)
}

rule Aspx_Runs_Request
{
    meta:
        description = "ASP.NET page that hands a request parameter to the interpreter or a process"
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
        $page = /<%@[ \t]{0,4}(page|webhandler|webservice)\b/ nocase
        $jscript = /\beval[ \t]{0,4}\([ \t]{0,4}([a-z0-9_.]{1,60}\([ \t]{0,4}){0,3}request([ \t]{0,4}\.[ \t]{0,4}(item|form|querystring|headers|cookies|params))?[ \t]{0,4}[\[(][^\r\n]{1,160},[ \t]{0,4}["']unsafe["']/ nocase
        $process = /\b(ProcessStartInfo|Process[ \t]{0,4}\.[ \t]{0,4}Start)[ \t]{0,4}\(/
        $arguments = /(\.Arguments[ \t]{0,4}=|Process[ \t]{0,4}\.[ \t]{0,4}Start[ \t]{0,4}\(|ProcessStartInfo[ \t]{0,4}\()[^\r\n;]{0,120}\bRequest[ \t]{0,4}[.\[]/
        $assembly = /Assembly[ \t]{0,4}\.[ \t]{0,4}Load[ \t]{0,4}\([^\r\n;]{0,120}\bRequest[ \t]{0,4}[.\[]/

    condition:
        filesize < 5MB
        and $page
        and ($jscript or ($process and $arguments) or $assembly)
}
