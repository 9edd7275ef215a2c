// The memory of the process that holds Windows passwords, and the registry that holds their hashes.

rule Lsass_Dump_Command
{
    meta:
        description = "Command line that writes the memory of lsass to a file"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1003.001"
        reference = "https://attack.mitre.org/techniques/T1003/001/"
        sample = "command.toml"

    strings:
        $procdump = /\bprocdump(64|32)?a?(\.exe)?["']?[ \t][^\r\n]{0,60}-m[apm][ \t][^\r\n]{0,60}\blsass\b/ nocase ascii wide
        $comsvcs_1 = /comsvcs\.dll["']?[ \t,]{1,4}(#\+?0{0,4}24|MiniDump)\b/ nocase ascii wide
        $sqldumper = /\bsqldumper(\.exe)?["']?[ \t]{1,4}\d{1,6}[ \t]{1,4}0[ \t]{1,4}0x0110/ nocase ascii wide
        $out_minidump = /Out\x2dMinidump\b[^\r\n]{0,80}lsass|lsass[^\r\n]{0,80}Out\x2dMinidump\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}

rule Lsass_Memory_Dump
{
    meta:
        description = "Memory dump of the process that holds Windows passwords"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "critical"
        mitre_att = "T1003.001"
        reference = "https://learn.microsoft.com/windows/win32/api/minidumpapiset/ns-minidumpapiset-minidump_header"
        sample = "dump.toml"
        sensitive = true

    strings:
        $process = "\\lsass.exe" nocase wide
        $module_1 = "\\lsasrv.dll" nocase wide
        $module_2 = "\\samsrv.dll" nocase wide

    condition:
        uint32(0) == 0x504D444D
        and $process
        and any of ($module_*)
}

rule Registry_Secrets_Saved
{
    meta:
        description = "Commands that save the registry hives that hold password hashes"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1003.002"
        reference = "https://attack.mitre.org/techniques/T1003/002/"
        sample = "command.toml"

    strings:
        $save = /\breg(\.exe)?["']?[ \t]{1,4}(save|export)[ \t]{1,4}["']?(HKLM|HKEY_LOCAL_MACHINE)\\(sam|security)\b/ nocase ascii wide
        $ntds = /ntdsutil(\.exe)?["']?[ \t][^\r\n]{0,80}(ifm|ac i ntds)[^\r\n]{0,80}create full/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}
