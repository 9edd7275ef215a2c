// Commands that take away the victim's way back.

rule Recovery_Made_Impossible
{
    meta:
        description = "Two or more commands that delete shadow copies, backup catalogues or boot recovery"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1490"
        reference = "https://attack.mitre.org/techniques/T1490/"
        sample = "clean.toml"

    strings:
        $shadow_1 = /vssadmin(\.exe)?["']?[ \t]{1,4}delete[ \t]{1,4}shadows/ nocase ascii wide
        $shadow_2 = /vssadmin(\.exe)?["']?[ \t]{1,4}resize[ \t]{1,4}shadowstorage/ nocase ascii wide
        $shadow_3 = /wmic(\.exe)?["']?[ \t]{1,4}shadowcopy[ \t]{1,4}[^\r\n]{0,80}delete/ nocase ascii wide
        $shadow_4 = /Win32_ShadowCopy[^\r\n]{0,120}(\.Delete\(|Remove-WmiObject|Remove-CimInstance)/ nocase ascii wide
        $backup_1 = /wbadmin(\.exe)?["']?[ \t]{1,4}delete[ \t]{1,4}(catalog|systemstatebackup|backup)/ nocase ascii wide
        $boot_1 = /bcdedit(\.exe)?["']?[ \t]{1,4}\/set[^\r\n]{1,60}recoveryenabled["']?[ \t]{1,4}no/ nocase ascii wide
        $boot_2 = /bcdedit(\.exe)?["']?[ \t]{1,4}\/set[^\r\n]{1,60}bootstatuspolicy["']?[ \t]{1,4}ignoreallfailures/ nocase ascii wide
        $logs_1 = /wevtutil(\.exe)?["']?[ \t]{1,4}(cl|clear-log)[ \t]{1,4}["']?[a-z]/ nocase ascii wide
        $journal_1 = /fsutil(\.exe)?["']?[ \t]{1,4}usn[ \t]{1,4}deletejournal/ nocase ascii wide

    condition:
        filesize < 20MB
        and 2 of them
        and any of ($shadow_*, $backup_*, $boot_*)
}
