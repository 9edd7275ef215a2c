// Scripts of the Windows Script Host, and pages that are programs.

rule Vbs_Fetches_And_Runs
{
    meta:
        description = "VBScript that fetches a file, saves it and starts it"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1059.005"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        sample = "dropper.toml"

    strings:
        $object = /\bCreateObject[ \t]{0,4}\(/ nocase ascii wide
        $fetch_1 = "MSXML2.XMLHTTP" nocase ascii wide
        $fetch_2 = "MSXML2.ServerXMLHTTP" nocase ascii wide
        $fetch_3 = "Microsoft.XMLHTTP" nocase ascii wide
        $fetch_4 = "WinHttp.WinHttpRequest" nocase ascii wide
        $save_1 = "ADODB.Stream" nocase ascii wide
        $save_2 = "SaveToFile" nocase ascii wide
        $run_1 = "WScript.Shell" nocase ascii wide
        $run_2 = "Shell.Application" nocase ascii wide
        $run_3 = /\.(Run|Exec|ShellExecute)\b/ nocase ascii wide

    condition:
        filesize < 1MB
        and uint16(0) != 0x5A4D
        and $object
        and any of ($fetch_*)
        and all of ($save_*)
        and $run_3
        and any of ($run_1, $run_2)
}

rule JScript_Fetches_And_Runs
{
    meta:
        description = "JScript that fetches a file, saves it and starts it"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1059.007"
        reference = "https://attack.mitre.org/techniques/T1059/007/"
        sample = "dropper.toml"

    strings:
        $object = /\bnew[ \t]{1,4}ActiveXObject[ \t]{0,4}\(/ nocase ascii wide
        $fetch_1 = "MSXML2.XMLHTTP" nocase ascii wide
        $fetch_2 = "MSXML2.ServerXMLHTTP" nocase ascii wide
        $fetch_3 = "Microsoft.XMLHTTP" nocase ascii wide
        $fetch_4 = "WinHttp.WinHttpRequest" nocase ascii wide
        $save_1 = "ADODB.Stream" nocase ascii wide
        $save_2 = "SaveToFile" nocase ascii wide
        $run_1 = "WScript.Shell" nocase ascii wide
        $run_2 = "Shell.Application" nocase ascii wide
        $run_3 = /\.(Run|Exec|ShellExecute)\b/ nocase ascii wide

    condition:
        filesize < 1MB
        and uint16(0) != 0x5A4D
        and $object
        and any of ($fetch_*)
        and all of ($save_*)
        and $run_3
        and any of ($run_1, $run_2)
}

rule Hta_Starts_Program
{
    meta:
        description = "HTML application that starts a shell or fetches code"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1218.005"
        reference = "https://attack.mitre.org/techniques/T1218/005/"
        sample = "page.toml"

    strings:
        $application = "<hta\x3aapplication" nocase ascii wide
        $shell_1 = "WScript.Shell" nocase ascii wide
        $shell_2 = "Shell.Application" nocase ascii wide
        $start_1 = "powershell" nocase ascii wide
        $start_2 = "cmd.exe" nocase ascii wide
        $start_3 = "mshta" nocase ascii wide
        $start_4 = "XMLHTTP" nocase ascii wide

    condition:
        filesize < 5MB
        and $application
        and any of ($shell_*)
        and any of ($start_*)
}
