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
        reference = "http://support.anydesk.com/knowledgebase/articles/467186-connection-log"
        reference = "https://github.com/log2timeline/plaso/blob/main/plaso/parsers/text_plugins/teamviewer.py"
        sample = "trace.toml"

    strings:
        // direction (so far always this one), time, what let the caller in, his alias or number, his number
        $anydesk = /\bIncoming[ \t]{2,12}20[1-9]\d-\d\d-\d\d, \d\d:\d\d[ \t]{2,40}(User|Passwd|Token|REJECTED)[ \t]{2,60}([^ \t\r\n]{1,60}[ \t]{1,60})?\d{6,10}\b/ ascii wide
        // Connections_incoming.txt
        $teamviewer_in = /\b\d{8,11}\t[^\t\r\n]{1,80}\t\d\d-\d\d-20\d\d \d\d:\d\d:\d\d\t\d\d-\d\d-20\d\d \d\d:\d\d:\d\d\t[^\t\r\n]{1,80}\t(RemoteControl|FileTransfer|RemoteSupport)\t/ ascii wide
        // Connections.txt: no name, and blanks up to a column
        $teamviewer_out = /\b\d{8,11}[ \t]{1,30}\d\d-\d\d-20\d\d \d\d:\d\d:\d\d[ \t]{1,30}\d\d-\d\d-20\d\d \d\d:\d\d:\d\d[ \t]{1,30}[^ \t\r\n]{1,80}[ \t]{1,60}(RemoteControl|FileTransfer|RemoteSupport)[ \t]{1,60}\{/ ascii wide

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
        reference = "https://support.anydesk.com/Command_Line_Interface"
        reference = "https://rustdesk.com/docs/en/self-host/client-deployment/"
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
        reference = "https://ngrok.com/docs/agent/config/"
        reference = "https://github.com/fatedier/frp"
        reference = "https://github.com/jpillora/chisel"
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
        reference = "https://rclone.org/docs/"
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
