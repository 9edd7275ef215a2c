// Keys and passwords that programs keep in files.

rule Open_Private_Key
{
    meta:
        description = "Private key in OpenSSH's own form that no pass phrase protects"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1552.004"
        reference = "https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key"
        sample = "key.toml"
        sensitive = true

    strings:
        // "openssh-key-v1", NUL, then cipher "none" and key derivation "none", each after its length (PROTOCOL.key of OpenSSH)
        $openssh = /-----BEGIN OPENSSH PRIVATE KEY-----\r?\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ/

    condition:
        filesize < 32KB
        and $openssh in (0..64)
}

rule Stored_Remote_Sessions
{
    meta:
        description = "Servers, and often passwords, stored by PuTTY, WinSCP or FileZilla, in a file or as exported"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1552"
        reference = "https://github.com/winscp/winscp/blob/master/source/core/Security.cpp"
        reference = "https://filezilla-project.org/"
        sample = "sessions.toml"
        sensitive = true

    strings:
        $putty = /\[HKEY_[A-Z_]{4,20}\\([^\]\r\n]{1,80}\\)?Software\\SimonTatham\\PuTTY\\Sessions\\[^\]\r\n]{1,120}\]/ nocase ascii wide
        $host = /"HostName"="[^"\r\n]{1,200}"/ nocase ascii wide
        // WinSCP writes a password as hexadecimal digits that begin with the two bytes FF 00,
        // of more than 255 bytes FF 02, complemented and XORed with A3 (its Security.cpp)
        $winscp_1 = /[\r\n]"?HostName"?=/ nocase ascii wide
        $winscp_2 = /[\r\n]"?Password"?="?A35[CE][0-9A-F]{8,400}\b/ ascii wide
        $filezilla_1 = "<FileZilla3"
        // older versions write it as it is; with a master password it is encrypted
        $filezilla_2 = /<Pass( encoding="(base64|crypt)"[^>\r\n]{0,120})?>/

    condition:
        filesize < 20MB
        and (($putty and $host) or all of ($winscp_*) or all of ($filezilla_*))
}
