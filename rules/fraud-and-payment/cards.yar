// Payment card data.

// cfr:allow CFR042 cards are scraped from memory: page files and dumps of any size hold them
rule Card_Track_Data
{
    meta:
        description = "Content of a payment card's magnetic stripe (track 1 or 2)"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "high"
        mitre_att = "T1005"
        reference = "ISO/IEC 7813:2006"
        sample = "dump.toml"
        sensitive = true

    strings:
        // start sentinel, number, separator, name, separator, expiry YYMM, service code, discretionary data, end
        // cfr:allow CFR038 the standard has marks of one character and digits, no word
        $track_1 = /%B[3-6]\d{12,18}\^[A-Z0-9 \/.'-]{2,26}\^[2-4]\d(0[1-9]|1[0-2])[1-9]\d{2}[A-Z0-9 ]{0,60}\?/ ascii wide
        // cfr:allow CFR032 the standard has marks of one character and digits, no word
        $track_2 = /;[3-6]\d{12,18}=[2-4]\d(0[1-9]|1[0-2])[1-9]\d{2}\d{0,20}\?/ ascii wide

    condition:
        any of them
}

// cfr:allow CFR042 such lists are as long as what was stolen, and lie in page files too
rule Card_List
{
    meta:
        description = "List of payment cards: number, expiry and security code in each line"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "high"
        mitre_att = "T1005"
        reference = "ISO/IEC 7812-1:2017"
        sample = "list.toml"
        sensitive = true

    strings:
        // cfr:allow CFR038 such a line has nothing but digits and bars
        $short_year = /\b[3-6]\d{12,18}\|(01|02|03|04|05|06|07|08|09|10|11|12)\|[2-4]\d\|\d{3,4}\b/ ascii wide
        $long_year = /\b[3-6]\d{12,18}\|(01|02|03|04|05|06|07|08|09|10|11|12)\|20[2-4]\d\|\d{3,4}\b/ ascii wide

    condition:
        #short_year + #long_year > 2
}
