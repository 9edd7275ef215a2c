// The best known tool that reads passwords from Windows.

rule Mimikatz_Output
{
    meta:
        description = "Saved console output of mimikatz"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "critical"
        mitre_att = "T1003.001"
        reference = "https://attack.mitre.org/software/S0002/"
        sample = "console.toml"
        sensitive = true

    strings:
        $prompt = /mimikatz(\(commandline\))? # [a-z]{2,12}/ ascii wide
        $banner_1 = /mimikatz \d\.\d(\.\d{1,2})?( alpha)? \(x(64|86)\)/ ascii wide
        $banner_2 = "\"A La Vie, A L'Amour\"" ascii wide
        $result_1 = /Authentication Id : \d{1,10} ; \d{1,12} \([0-9a-f]{8}:[0-9a-f]{8}\)/ ascii wide
        $result_2 = /\* (Password|NTLM|SHA1|DPAPI) {1,6}: / ascii wide
        $result_3 = /Hash NTLM: [0-9a-f]{32}/ ascii wide

    condition:
        filesize < 50MB
        and uint16(0) != 0x5A4D
        and (
            ($prompt and any of ($banner_*, $result_*))
            or ($result_1 and $result_2)
            or ($banner_1 and $banner_2)
        )
}

rule Mimikatz_Program
{
    meta:
        description = "Program that carries the names and commands of mimikatz"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "critical"
        mitre_att = "T1003.001"
        reference = "https://attack.mitre.org/software/S0002/"
        sample = "program.toml"

    strings:
        $name_1 = "gentilkiwi" ascii wide
        $name_2 = "mimikatz" ascii wide
        $name_3 = "Benjamin DELPY" ascii wide
        $part_1 = "sekurlsa" ascii wide
        $part_2 = "lsadump" ascii wide
        $part_3 = "logonpasswords" nocase ascii wide
        $part_4 = "kuhl_m_" ascii wide
        $part_5 = "dcsync" ascii wide
        $part_6 = "mimidrv" ascii wide

    condition:
        uint16(0) == 0x5A4D
        and filesize < 20MB
        and any of ($name_*)
        and 3 of ($part_*)
}

rule Mimikatz_Called
{
    meta:
        description = "Script or command line that calls mimikatz or its PowerShell form"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "high"
        mitre_att = "T1003.001"
        reference = "https://attack.mitre.org/software/S0002/"
        sample = "call.toml"

    strings:
        $command_1 = "sekurlsa\x3a\x3alogonpasswords" nocase ascii wide
        $command_2 = "lsadump\x3a\x3adcsync" nocase ascii wide
        $command_3 = "lsadump\x3a\x3asam" nocase ascii wide
        $command_4 = "sekurlsa\x3a\x3aminidump" nocase ascii wide
        $command_5 = "kerberos\x3a\x3agolden" nocase ascii wide
        $around_1 = "privilege\x3a\x3adebug" nocase ascii wide
        $around_2 = /mimikatz(\.exe)?["' ]/ nocase ascii wide
        $around_3 = "token\x3a\x3aelevate" nocase ascii wide
        $powershell = /Invoke-Mimikatz[ \t]{1,4}-(DumpCreds|DumpCerts|Command|ComputerName)\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and uint16(0) != 0x5A4D
        and ($powershell or (any of ($command_*) and any of ($around_*)))
}
