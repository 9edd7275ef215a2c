// What intruders leave on a server to stay, to hide and to earn.

rule Authorized_Key_Added
{
    meta:
        description = "Command that appends an SSH key to the keys that may log in"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "medium"
        mitre_att = "T1098.004"
        reference = "https://attack.mitre.org/techniques/T1098/004/"
        sample = "append.toml"

    strings:
        $append = /\b(echo|printf)[ \t][^\r\n]{0,200}(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp\d{3})[ \t][^\r\n>]{20,900}>{1,2}[ \t]{0,4}[^\r\n]{0,80}authorized_keys/

    condition:
        filesize < 5MB
        and $append
}

rule Cron_Fetches_Code
{
    meta:
        description = "Line of a crontab that fetches a script and hands it to a shell"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1053.003"
        reference = "https://attack.mitre.org/techniques/T1053/003/"
        sample = "crontab.toml"

    strings:
        $line = /(@(reboot|hourly|daily)|[0-9*][0-9*\/,-]{0,12}([ \t]{1,4}[0-9*\/,-]{1,12}){4})[ \t]{1,4}[^\r\n]{0,80}\b(curl|wget)[ \t][^\r\n|]{1,200}\|[ \t]{0,4}(sudo[ \t]{1,4})?(\/bin\/|\/usr\/bin\/)?(ba|da|z)?sh\b/

    condition:
        filesize < 5MB
        and $line
}

rule Miner_Configuration
{
    meta:
        description = "Configuration of XMRig or a miner made from it"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "medium"
        mitre_att = "T1496"
        reference = "https://xmrig.com/docs/miner/config"
        sample = "config.toml"

    strings:
        $donate = /"donate-level"[ \t]{0,4}:/
        $pools = /"pools"[ \t]{0,4}:/
        $user = /"user"[ \t]{0,4}:/
        $detail = /"(algo|coin|rig-id|randomx|cpu|nicehash)"[ \t]{0,4}:/

    condition:
        filesize < 256KB
        and $donate
        and $pools
        and any of ($user, $detail)
}

rule Preload_File_Written
{
    meta:
        description = "Command that has a library loaded into every program of a Linux system"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1574.006"
        reference = "https://attack.mitre.org/techniques/T1574/006/"
        sample = "preload.toml"

    strings:
        $write = /\b(echo|printf)[ \t][^\r\n]{1,120}\.so[^\r\n]{0,40}>[ \t]{0,4}["']?\/etc\/ld\.so\.preload/

    condition:
        filesize < 5MB
        and $write
}

rule Shell_History_Silenced
{
    meta:
        description = "Two or more commands that keep a Unix shell from remembering, or make it forget"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "medium"
        mitre_att = "T1070.003"
        reference = "https://attack.mitre.org/techniques/T1070/003/"
        sample = "quiet.toml"

    strings:
        $unset = /\bunset[ \t]{1,4}HISTFILE\b/
        $nowhere = /\bHISTFILE=["']?\/dev\/null\b/
        $clear = /\bhistory[ \t]{1,4}-c\b/
        $link = /\bln[ \t]{1,4}-sf?[ \t]{1,4}\/dev\/null[ \t]{1,4}[^\r\n]{0,80}\.bash_history\b/
        $remove = /\b(rm|shred)[ \t][^\r\n]{0,80}\.bash_history\b/

    condition:
        filesize < 1MB
        and 2 of them
}
