// What opens a whole Windows domain.

rule Kerberoast_Command
{
    meta:
        description = "Command line that asks for Kerberos tickets in order to crack them"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1558.003"
        reference = "https://attack.mitre.org/techniques/T1558/003/"
        sample = "command.toml"

    strings:
        $rubeus = /\brubeus(\.exe)?["']?[ \t]{1,4}(kerberoast|asreproast)\b/ nocase ascii wide
        $powershell = /\bInvoke-Kerberoast[ \t]{1,4}[-|]/ nocase ascii wide
        $python = /\b(GetUserSPNs|GetNPUsers)(\.py)?[ \t][^\r\n]{1,160}[ \t]-(request|outputfile|format|no-pass)\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}

rule Domain_Database_Copied
{
    meta:
        description = "Command line that copies or reads the password database of a Windows domain"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1003.003"
        reference = "https://attack.mitre.org/techniques/T1003/003/"
        sample = "command.toml"

    strings:
        $shadow = /HarddiskVolumeShadowCopy\d{1,3}\\Windows\\NTDS\\ntds\.dit/ nocase ascii wide
        $esentutl = /\besentutl(\.exe)?["']?[ \t][^\r\n]{0,120}\\ntds\.dit\b/ nocase ascii wide
        $impacket = /\bsecretsdump(\.py|\.exe)?["']?[ \t][^\r\n]{0,160}-(ntds|just-dc|use-vss)\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}

rule Bloodhound_Collection
{
    meta:
        description = "Collected accounts, groups or computers of a domain in the form that BloodHound reads"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TOOL"
        severity = "high"
        mitre_att = "T1087.002"
        reference = "https://attack.mitre.org/software/S0521/"
        sample = "users.toml"

    strings:
        $meta = /"meta" ?: ?\{ ?"methods" ?: ?\d{1,10}, ?"type" ?: ?"(users|computers|groups|domains|sessions|gpos|ous|containers)", ?"count" ?: ?\d{1,9}, ?"version" ?: ?\d/

    condition:
        filesize < 500MB
        and (uint8(0) == 0x7B or uint32be(0) == 0xEFBBBF7B)
        and $meta
}
