// PowerShell that fetches code and runs it, or hides what it runs.

rule PowerShell_Download_Cradle
{
    meta:
        description = "PowerShell that fetches text from the network and runs it at once"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1059.001"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        sample = "cradle.toml"

    strings:
        $call_first = /\b(IEX|Invoke-Expression)\b[^\r\n]{0,80}\.(DownloadString|DownloadData|OpenRead)\b/ nocase ascii wide
        $call_last = /\.DownloadString[ \t]{0,4}\([^\r\n|]{1,300}\|[ \t]{0,4}(IEX|Invoke-Expression)\b/ nocase ascii wide
        // "http" stands in every page: written so, the engine looks for the other words
        $request_first = /\b(IEX|Invoke-Expression)\b[ \t]{0,4}\(?[^\r\n]{0,40}\b(iwr |irm |Invoke-WebRequest |Invoke-RestMethod )[^\r\n]{0,60}[fh]t{1,2}ps?:\/\// nocase ascii wide
        $request_last = /\b(iwr |irm |Invoke-WebRequest |Invoke-RestMethod )[^\r\n|]{0,60}[fh]t{1,2}ps?:\/\/[^\r\n|]{1,300}\|[ \t]{0,4}(IEX|Invoke-Expression)\b/ nocase ascii wide
        // what manuals tell people to run: the installation of Chocolatey, and of Boxstarter (in the manual of Node.js)
        $published = /\([ \t]{0,2}["']https:\/\/((community\.)?chocolatey\.org\/install|boxstarter\.org\/bootstrapper)\.ps1["']/ nocase ascii wide
        $bits = /Start-BitsTransfer[ \t]{1,4}[^\r\n]{1,300}[;&][ \t]{0,4}(IEX|Invoke-Expression|Start-Process)\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and (
            any of ($call_last, $request_*, $bits)
            // cfr:allow CFR034 once for each match, of which a script has one or two
            or for any i in (1..#call_first): (not $published at @call_first[i] + !call_first[i])
        )
}

rule PowerShell_Encoded_Command
{
    meta:
        description = "Command line that starts PowerShell with a command in base64"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "medium"
        mitre_att = "T1027.010"
        reference = "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_powershell_exe"
        sample = "encoded.toml"

    strings:
        // a command in UTF-16 begins with four characters of base64 that stand for letter, NUL, letter
        $encoded = /\b(powershell|pwsh)(\.exe)?["']?[ \t][^\r\n]{0,200}[-\/]e(c|nc|nco|ncod|ncode|ncoded|ncodedc|ncodedco|ncodedcom|ncodedcomm|ncodedcomma|ncodedcomman|ncodedcommand)?[ \t]{1,4}["']?[A-Za-z0-9+\/]{2}[A-D][A-Za-z0-9+\/]A[A-H][A-Za-z0-9+\/]{14}/ nocase ascii wide

    condition:
        filesize < 20MB
        and $encoded
}

rule PowerShell_Loads_Hidden_Program
{
    meta:
        description = "PowerShell that unpacks a program from base64 in memory and starts it there"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1620"
        reference = "https://attack.mitre.org/techniques/T1620/"
        sample = "loader.toml"

    strings:
        $decode = "FromBase64String" nocase ascii wide
        $load_1 = /Reflection\.Assembly\]::Load[ \t]{0,4}\(/ nocase ascii wide
        $load_2 = "GetDelegateForFunctionPointer" nocase ascii wide
        $load_3 = /\bVirtualAlloc(Ex)?\b/ nocase ascii wide
        $load_4 = "CreateThread" nocase ascii wide
        // cfr:allow CFR038 a program's first bytes, MZ, are no more than this in base64
        $program = /["']TV[opq][A-Za-z0-9+\/]{60}/ ascii wide
        $unpack = /IO\.Compression\.(GzipStream|DeflateStream)/ nocase ascii wide
        $script = /(New-Object|Add-Type|\[Convert\]|\[System\.Convert\]|param[ \t]{0,4}\()/ nocase ascii wide

    condition:
        filesize < 10MB
        and uint16(0) != 0x5A4D
        and $decode
        and $script
        and (
            ($load_1 and ($program or $unpack))
            or ($load_2 and $load_3)
            or ($load_3 and $load_4 and $unpack)
        )
}
