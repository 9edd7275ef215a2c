// Command lines that use what is on every machine to fetch code or open a way in.

rule System_Tool_Fetches_Code
{
    meta:
        description = "A tool that comes with Windows, used to fetch a file or run code from the network"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "medium"
        mitre_att = "T1105"
        reference = "https://attack.mitre.org/techniques/T1105/"
        sample = "fetch.toml"

    strings:
        $certutil = /\bcertutil(\.exe)?["']?[ \t][^\r\n]{0,60}[-\/]urlcache[ \t][^\r\n]{0,80}(https?|ftp):\/\// nocase ascii wide
        $bitsadmin = /\bbitsadmin(\.exe)?["']?[ \t][^\r\n]{0,60}\/(transfer|addfile)[ \t][^\r\n]{0,120}https?:\/\// nocase ascii wide
        $mshta = /\bmshta(\.exe)?["']?[ \t]{1,4}["']?(https?:\/\/|javascript:|vbscript:)/ nocase ascii wide
        $regsvr32 = /\bregsvr32(\.exe)?["']?[ \t][^\r\n]{0,80}\/i:["']?https?:\/\/[^\r\n]{1,200}scrobj/ nocase ascii wide
        $rundll32 = /\brundll32(\.exe)?["']?[ \t]{1,4}["']?javascript:/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}

rule Unix_Reverse_Shell
{
    meta:
        description = "Command that connects a shell of this machine to another one"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1059.004"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        sample = "shell.toml"

    strings:
        $bash = /\b(ba|z|k)?sh[ \t]{1,4}-i[ \t]{0,4}[0-9]?>&[ \t]{0,4}\/dev\/(tcp|udp)\/[^ \t\r\n\/]{3,80}\/[0-9$]/
        $netcat = /\b(nc|ncat|netcat)[ \t]{1,4}([^\r\n]{1,80}[ \t])?-(e|c)[ \t]{1,4}["']?(\/usr)?\/bin\/(ba|z|da)?sh\b/
        $fifo = /mkfifo[ \t]{1,4}(\/tmp\/[a-z0-9._]{1,20})[^\r\n]{1,80}\/bin\/(ba)?sh[ \t]{1,4}-i[^\r\n]{1,40}\b(nc|ncat|netcat|openssl)[ \t]/
        $python = /socket\.socket\([^\r\n]{0,80}\)[^\r\n]{0,40}\.connect\([^\r\n]{0,160}os\.dup2\([^\r\n]{0,200}(\/bin\/(ba)?sh|pty\.spawn)/

    condition:
        filesize < 5MB
        and any of them
}
