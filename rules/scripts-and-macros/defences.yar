// Scripts that switch protection off, stay, or call home.

rule Defender_Switched_Off
{
    meta:
        description = "Command that switches parts of Microsoft Defender off or excludes a whole drive"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1562.001"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        sample = "off.toml"

    strings:
        $cmdlet = /\bSet-MpPreference\b[^\r\n]{0,200}-Disable(RealtimeMonitoring|BehaviorMonitoring|IOAVProtection|ScriptScanning|BlockAtFirstSeen)[ \t]{1,4}(\$true|1)\b/ nocase ascii wide
        $exclude = /\bAdd-MpPreference\b[^\r\n]{0,80}-ExclusionPath[ \t]{1,4}["']?[a-z]:\\?["']?[ \t]{0,4}([\r\n;,]|$)/ nocase ascii wide
        $registry = /\breg(\.exe)?["']?[ \t]{1,4}add[ \t][^\r\n]{0,80}Windows Defender[^\r\n]{0,60}[ \t]\/v[ \t]{1,4}["']?Disable(AntiSpyware|RealtimeMonitoring|BehaviorMonitoring)["']?[^\r\n]{0,40}\/d[ \t]{1,4}["']?(0x)?1\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}

rule PowerShell_Amsi_Bypass
{
    meta:
        description = "PowerShell that blinds the interface through which scripts are scanned"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1562.001"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        sample = "bypass.toml"

    strings:
        $class_name = "Amsi\x55tils" nocase ascii wide
        $field = /\bamsi(InitFailed|Context|Session)\b/ nocase ascii wide
        $reach = /\b(GetField|GetMethod|NonPublic|SetValue)\b/ nocase ascii wide
        $buffer = "AmsiScan\x42uffer" nocase ascii wide
        $patch_1 = "VirtualProtect" nocase ascii wide
        $patch_2 = /\b(Add-Type|Marshal\]::Copy|GetDelegateForFunctionPointer)\b/ nocase ascii wide

    condition:
        filesize < 5MB
        and uint16(0) != 0x5A4D
        and (($class_name and $field and $reach) or ($buffer and all of ($patch_*)))
}

rule PowerShell_Reverse_Shell
{
    meta:
        description = "PowerShell that runs what comes in over a connection that it opened"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1059.001"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        sample = "shell.toml"

    strings:
        $client = /\bNet\.Sockets\.TCPClient\b/ nocase ascii wide
        $stream = /\.GetStream[ \t]{0,4}\(/ nocase ascii wide
        $run = /\b(iex[ \t]{1,4}["'(]{0,3}\$|Invoke-Expression\b)/ nocase ascii wide
        $answer = /\.Write(Line)?[ \t]{0,4}\(/ nocase ascii wide

    condition:
        filesize < 1MB
        and uint16(0) != 0x5A4D
        and all of them
}

rule Run_Key_Starts_Script
{
    meta:
        description = "Command that has Windows start a script at every log-in"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1547.001"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        sample = "run.toml"

    strings:
        $add = /\breg(\.exe)?["']?[ \t]{1,4}add[ \t][^\r\n]{0,60}\\CurrentVersion\\Run(Once)?["']?[ \t][^\r\n]{0,120}\/d[ \t][^\r\n]{0,60}\b(powershell|pwsh|mshta|wscript|cscript|regsvr32|rundll32)\b/ nocase ascii wide
        $cmdlet = /\b(Set|New)-ItemProperty\b[^\r\n]{0,80}\\CurrentVersion\\Run(Once)?\b[^\r\n]{0,160}\b(powershell|pwsh|mshta|wscript|cscript|regsvr32|rundll32)\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}
