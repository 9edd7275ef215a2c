// Remote access, tunnels and copies to the cloud.

rule Remote_Access_Log
{
    meta:
        description = "Log of sessions of AnyDesk or TeamViewer"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1219"
        reference = "https://attack.mitre.org/techniques/T1219/"
        sample = "trace.toml"

    strings:
        $anydesk = /\b(Incoming|Outgoing)[ \t]{2,12}20[2-9]\d-\d\d-\d\d, \d\d:\d\d[ \t]{2,40}(User|Passwd|Token|REJECTED)[ \t]{2,60}\d{9,10}\b/ ascii wide
        $teamviewer = /\b\d{8,10}\t[^\t\r\n]{1,80}\t\d\d-\d\d-20\d\d \d\d:\d\d:\d\d\t\d\d-\d\d-20\d\d \d\d:\d\d:\d\d\t[^\t\r\n]{1,80}\t(RemoteControl|FileTransfer|RemoteSupport)\t/ ascii wide

    condition:
        filesize < 100MB
        and any of them
}

rule Remote_Access_Set_Up_Silently
{
    meta:
        description = "Command line that installs AnyDesk or RustDesk unseen or sets the password that lets one in"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1219"
        reference = "https://attack.mitre.org/techniques/T1219/"
        sample = "install.toml"
        sensitive = true

    strings:
        $install_1 = /\banydesk[^\r\n]{0,80}--install[ \t][^\r\n]{0,160}--silent\b/ nocase ascii wide
        $install_2 = /\brustdesk[^\r\n]{0,60}--silent-install\b/ nocase ascii wide
        $password_1 = /\becho[ \t][^\r\n|]{1,80}\|[^\r\n|]{0,80}anydesk[^\r\n]{0,40}--set-password\b/ nocase ascii wide
        $password_2 = /\brustdesk[^\r\n]{0,60}[ \t]--password[ \t]{1,4}[^ \t\r\n]{4,40}/ nocase ascii wide

    condition:
        filesize < 5MB
        and any of them
}

rule Tunnel_Configuration
{
    meta:
        description = "Configuration or command of ngrok, frp or chisel, which open a machine to the outside"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "medium"
        mitre_att = "T1572"
        reference = "https://attack.mitre.org/techniques/T1572/"
        sample = "frpc.toml"
        sensitive = true

    strings:
        $frp_1 = /\bserver(A|_a)ddr[ \t]{0,4}=/
        $frp_2 = /\blocal(P|_p)ort[ \t]{0,4}=/
        $frp_3 = /\bremote(P|_p)ort[ \t]{0,4}=/
        $ngrok_1 = /\bauthtoken:[ \t]{1,4}["']?[0-9A-Za-z_]{20,64}\b/
        $ngrok_2 = /[\r\n][ \t]{0,4}(tunnels|endpoints|agent):/
        $chisel = /\bchisel(\.exe)?["']?[ \t]{1,4}client[ \t][^\r\n]{1,200}[ \t]R:[0-9a-z.:]{2,60}/ nocase ascii wide

    condition:
        filesize < 64KB
        and (all of ($frp_*) or all of ($ngrok_*) or $chisel)
}

rule Rclone_Remote_Configured
{
    meta:
        description = "Configuration of rclone with a remote and what opens it"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "medium"
        mitre_att = "T1567.002"
        reference = "https://attack.mitre.org/software/S1040/"
        sample = "rclone.toml"
        sensitive = true

    strings:
        $section = /\[[A-Za-z0-9 _.+@-]{1,60}\]\r?\ntype = (s3|mega|drive|dropbox|sftp|ftp|b2|onedrive|pcloud|webdav|azureblob|box|google cloud storage|swift|putio|jottacloud)\r?\n/
        $secret = /\n(pass|token|secret_access_key|access_key_id|account|client_secret|key_file|user|host) = /

    condition:
        filesize < 256KB
        and all of them
}

rule Rclone_Copies_Out
{
    meta:
        description = "Command line in which rclone copies a folder or drive to a remote"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "medium"
        mitre_att = "T1567.002"
        reference = "https://attack.mitre.org/software/S1040/"
        sample = "command.toml"

    strings:
        $copy = /\brclone(\.exe)?["']?[ \t]{1,4}([^\r\n]{1,160}[ \t])?(copy|sync|move|copyto)[ \t]{1,4}["']?([a-z]:\\|\\\\)[^\r\n]{0,200}[ \t]["']?[a-z0-9_-]{2,40}:/ nocase ascii wide

    condition:
        filesize < 20MB
        and $copy
}
