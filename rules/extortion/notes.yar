// Ransom notes: what they say, and what they are called.

rule Ransom_Note
{
    meta:
        description = "Text that claims files were encrypted, offers their recovery and says whom to pay"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "critical"
        mitre_att = "T1486"
        reference = "https://attack.mitre.org/techniques/T1486/"
        sample = "note.toml"

    strings:
        // the claim
        $claim_1 = /(files|data|documents|databases|network|servers?|computers?|systems?)( (have|has) been| are| is| were| was)( now| all)? (encrypted|locked|crypted)/ nocase ascii wide
        $claim_2 = "we have encrypted" nocase ascii wide
        $claim_3 = "encrypted your files" nocase ascii wide
        // the offer
        $offer_1 = /decrypt(ion|er|or)?( key| tool| software|or)/ nocase ascii wide
        $offer_2 = /(recover|restore|decrypt|get back|unlock)( all)?( of)? your (files|data|documents|network|systems)/ nocase ascii wide
        $offer_3 = "to get your files back" nocase ascii wide
        // where to pay or ask
        $contact_1 = "tor browser" nocase ascii wide
        $contact_2 = /[a-z2-7]{55}d\.onion/ ascii wide
        $contact_3 = /(bitcoin|monero|btc|xmr) (wallet|address)/ nocase ascii wide
        $contact_4 = /(personal|unique|client|your) (id|key|code)( is)?:/ nocase ascii wide
        $contact_5 = "qtox" fullword nocase ascii wide
        $contact_6 = "in bitcoin" nocase ascii wide
        // the threat
        $threat_1 = /do not (rename|modify|move|delete|try to decrypt|try to recover)/ nocase ascii wide
        $threat_2 = /third[ -]party (software|tool|programs?|service|recovery)/ nocase ascii wide
        $threat_3 = /(files|data|information|key) will be (published|leaked|sold|destroyed|deleted|lost|doubled)/ nocase ascii wide
        $threat_4 = "permanent data loss" nocase ascii wide
        $threat_5 = /you have (only )?\d{1,3} (hours|days)/ nocase ascii wide

    condition:
        filesize < 1MB
        and any of ($claim_*)
        and any of ($offer_*)
        and any of ($contact_*)
        and (any of ($threat_*) or filesize < 4KB)
}

rule Ransom_Note_File_Name
{
    meta:
        description = "Small text or page whose name offers the recovery of files"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "medium"
        mitre_att = "T1486"
        reference = "https://attack.mitre.org/techniques/T1486/"
        sample = "note.toml"

    condition:
        filesize > 0 and filesize < 256KB
        and (
            filename matches /^[!#_@$+~-]{0,8}(how[ _-]?to|readme|read[ _-]?me|instructions?|help|recover|recovery|restore|decrypt)[ _-]{1,3}([a-z]{1,12}[ _-]{1,3}){0,4}(decrypt|recover|restore|unlock|encrypted|ransom)[a-z]{0,4}([ _-][a-z]{1,12}){0,4}[!#_ -]{0,4}\.(txt|html?|hta|rtf)$/i
            or filename matches /^[!#_@$+~-]{0,8}(decrypt|recover|restore|unlock)[ _-]?(my|your|all|the)?[ _-]?(files|data)[!#_ -]{0,4}\.(txt|html?|hta|rtf)$/i
            or filename matches /^[!#_@$+~-]{0,8}(your|all)[ _-]files[ _-](are|have[ _-]been|were)[ _-](encrypted|locked|stolen)[!#_ -]{0,4}\.(txt|html?|hta|rtf)$/i
        )
}
