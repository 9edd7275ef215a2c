// JSP that runs what a visitor sends.

rule Jsp_Runs_Request
{
    meta:
        description = "JSP that hands a request parameter to the shell or loads it as a class"
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
        $jsp_1 = "<%"
        $jsp_2 = "<jsp:scriptlet" nocase
        $direct = /\.exec[ \t]{0,4}\([^;\r\n]{0,80}request[ \t]{0,4}\.[ \t]{0,4}getParameter/
        $parameter = /request[ \t]{0,4}\.[ \t]{0,4}(getParameter|getHeader)[ \t]{0,4}\(/
        $runtime = /Runtime[ \t]{0,4}\.[ \t]{0,4}getRuntime[ \t]{0,4}\([ \t]{0,4}\)[ \t]{0,4}\.[ \t]{0,4}exec[ \t]{0,4}\(/
        $builder = /new[ \t]{1,4}ProcessBuilder[ \t]{0,4}\(/
        $output = ".getInputStream"
        $loader_1 = "extends ClassLoader"
        $loader_2 = "defineClass"
        $loader_3 = /getInstance[ \t]{0,4}\([ \t]{0,4}"AES/

    condition:
        filesize < 5MB
        and any of ($jsp_*)
        and (
            $direct
            or ($parameter and $output and ($runtime or $builder))
            or ($parameter and $loader_1 and $loader_2)
            or all of ($loader_*)
        )
}
