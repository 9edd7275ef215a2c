// Documents and shortcuts that carry code.

rule Office_Macro_Starts_By_Itself
{
    meta:
        description = "Old Office document with a macro that starts by itself and reaches the system or the network"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1204.002"
        reference = "https://learn.microsoft.com/openspecs/office_file_formats/ms-ovba/"
        sample = "document.toml"

    strings:
        $project = "_VBA_PROJECT" wide
        // macro sources are compressed, but a word stands whole where it stands first
        $auto_1 = "AutoOpen" nocase
        $auto_2 = "Auto_Open" nocase
        $auto_3 = "AutoExec" nocase
        $auto_4 = "Document_Open" nocase
        $auto_5 = "Workbook_Open" nocase
        $auto_6 = "AutoClose" nocase
        $reach_1 = "WScript.Shell" nocase
        $reach_2 = "URLDownloadToFile" nocase
        $reach_3 = "powershell" nocase
        $reach_4 = "XMLHTTP" nocase
        $reach_5 = "ShellExecute" nocase
        $reach_6 = "cmd.exe" nocase
        $reach_7 = "ADODB.Stream" nocase
        $reach_8 = "VirtualAlloc" nocase

    condition:
        uint32(0) == 0xE011CFD0
        and filesize < 50MB
        and $project
        and any of ($auto_*)
        and any of ($reach_*)
}

rule Office_Macro_Container
{
    meta:
        description = "Office document of the zipped kind that holds macros (what they do is compressed)"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "low"
        mitre_att = "T1204.002"
        reference = "https://learn.microsoft.com/openspecs/office_file_formats/ms-ovba/"
        sample = "document.toml"

    strings:
        $member = /(word|xl|ppt)\/vbaProject\.bin/
        $types = "[Content_Types].xml"

    condition:
        uint32(0) == 0x04034B50
        and $types
        and $member
}

rule Rtf_Equation_Object
{
    meta:
        description = "RTF with an embedded object of the old equation editor, which was used to run code"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "EXPLOIT"
        severity = "high"
        mitre_att = "T1203"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2017-11882"
        sample = "document.toml"

    strings:
        $object = "\\objdata" nocase
        $class_name = "4571756174696f6e2e33" nocase  // Equation.3
        $class_id = "02ce020000000000c000000000000046" nocase

    condition:
        uint32(0) == 0x74725C7B
        and filesize < 20MB
        and $object
        and any of ($class_*)
}

rule Shortcut_Runs_Script
{
    meta:
        description = "Windows shortcut whose command line runs a script or fetches code"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1204.002"
        reference = "https://learn.microsoft.com/openspecs/windows_protocols/ms-shllink/"
        sample = "link.toml"

    strings:
        $program_1 = "powershell" nocase ascii wide
        $program_2 = "mshta" nocase ascii wide
        $program_3 = "wscript" nocase ascii wide
        $program_4 = "cmd.exe" nocase ascii wide
        $reason_1 = "http://" nocase wide
        $reason_2 = "https://" nocase wide
        // cfr:allow CFR032 options may be cut to one letter and their values to one, so there is no longer word
        $reason_3 = /[-\/]w(in|indowstyle)?[ \t]{1,4}["']?(hidden|h|1)\b/ nocase wide
        // cfr:allow CFR032 the option may be cut to one letter, and what follows is any base64
        $reason_4 = /[-\/]e(nc|ncodedcommand|c)[ \t]{1,4}[A-Za-z0-9+\/]{20}/ nocase wide
        $reason_5 = "FromBase64String" nocase wide
        $reason_6 = "DownloadString" nocase wide

    condition:
        uint32(0) == 0x0000004C
        and uint32(4) == 0x00021401
        and filesize < 5MB
        and any of ($program_*)
        and any of ($reason_*)
}
