// Programs whose name says that they are something else.

rule Program_Named_Document
{
    meta:
        description = "Windows or Linux program whose extension is that of a document or picture"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1036.008"
        reference = "https://attack.mitre.org/techniques/T1036/008/"
        sample = "program.toml"

    condition:
        (
            (filetype == "EXE" and filesize > 512 and uint32(uint32(0x3C)) == 0x00004550)
            or filetype == "ELF"
        )
        and extension matches /^\.(pdf|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png|gif|bmp|tiff?|mp3|mp4|avi|zip|html?)$/
}

rule Program_With_Two_Extensions
{
    meta:
        description = "Program or script that shows the extension of a document before its own"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1036.007"
        reference = "https://attack.mitre.org/techniques/T1036/007/"
        sample = "program.toml"

    condition:
        filesize > 0
        and filename matches /\.(pdf|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png|gif)[ _]{0,200}\.(exe|scr|com|pif|bat|cmd|vbs|vbe|js|jse|wsf|hta|lnk|ps1|jar)$/i
}
