// What such tools leave behind: passwords and hashes in their usual print.

rule LaZagne_Output
{
    meta:
        description = "Output of LaZagne, which collects stored passwords"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "critical"
        mitre_att = "T1555"
        reference = "https://github.com/AlessandroZ/LaZagne"
        sample = "output.toml"
        sensitive = true

    strings:
        $banner_1 = "The LaZagne\x20Project" ascii wide
        $banner_2 = "! BANG\x20BANG !" ascii wide
        $result_1 = /########## User: [^\r\n]{1,64} ##########/ ascii wide
        $result_2 = "Password found !!!" ascii wide
        $result_3 = /-{5,30} [A-Za-z0-9 ._-]{2,40} passwords -{5,30}/ ascii wide

    condition:
        filesize < 50MB
        and uint16(0) != 0x5A4D
        and any of ($banner_*)
        and any of ($result_*)
}

rule Windows_Hash_List
{
    meta:
        description = "List of accounts with their Windows password hashes"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "high"
        mitre_att = "T1003.002"
        reference = "https://github.com/fortra/impacket/blob/master/impacket/examples/secretsdump.py"
        sample = "hashes.toml"
        sensitive = true

    strings:
        // name:RID:LM hash:NT hash::: where no LM hash is kept, its place holds the hash of nothing
        $line = /:\d{3,7}:aad3b435b51404eeaad3b435b51404ee:[0-9a-f]{32}:::/ nocase ascii wide

    condition:
        filesize < 100MB
        and #line > 1
}

rule Kerberos_Hash
{
    meta:
        description = "Kerberos ticket in the form in which password crackers take it"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "high"
        mitre_att = "T1558.003"
        reference = "https://hashcat.net/wiki/doku.php?id=example_hashes"
        sample = "ticket.toml"
        sensitive = true

    strings:
        $service = /\$krb5tgs\$(23|17|18)\$[^\r\n]{1,300}\$[0-9a-f]{64}/ nocase ascii wide
        $logon = /\$krb5asrep\$(23\$)?[^\r\n:]{1,200}:[0-9a-f]{32}\$[0-9a-f]{64}/ nocase ascii wide

    condition:
        filesize < 100MB
        and any of them
}

rule Stolen_Password_List
{
    meta:
        description = "Passwords of browsers in the form that password stealers write"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "critical"
        mitre_att = "T1555.003"
        reference = "https://attack.mitre.org/techniques/T1555/003/"
        sample = "list.toml"
        sensitive = true

    strings:
        // the four lines of RedLine and those made from it
        $entry = /\bURL: [^\r\n]{4,300}\r?\nUsername: [^\r\n]{0,200}\r?\nPassword: [^\r\n]{0,200}\r?\nApplication: [^\r\n]{1,80}/ ascii

    condition:
        filesize < 100MB
        and #entry > 1
}
