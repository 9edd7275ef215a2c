// Lists and pages that fraud works with.

rule Phishing_Kit_Sender
{
    meta:
        description = "PHP that sends a visitor's password or card, with his address, by mail or Telegram"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "high"
        mitre_att = "T1598"
        reference = "https://attack.mitre.org/techniques/T1598/"
        sample = "sender.toml"

    strings:
        $php = "<?php" nocase
        // the value becomes part of a message: a dot joins it to text before it
        $secret = /["'][ \t]{0,4}\.[ \t]{0,4}\$_(POST|REQUEST|GET)\[["'][a-z_-]{0,12}(pass(wd|word)?|pwd|cvv2?|cvc|ccnum|cardnumber|otp|pin|ssn)[a-z0-9_]{0,6}["']\]/ nocase
        $address = "REMOTE_ADDR"
        $send_1 = /\bmail[ \t]{0,4}\([ \t]{0,4}[$"']/ nocase
        $send_2 = /api\.telegram\.org\/bot/ nocase

    condition:
        filesize < 1MB
        and $php
        and $secret
        and $address
        and any of ($send_*)
}

rule Gift_Card_List
{
    meta:
        description = "Three or more codes of gift cards beside words that say so"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        sample = "list.toml"
        sensitive = true

    strings:
        $code = /\b(gift ?-?card|itunes|steam|google play|razer gold|amazon|vanilla)[^\r\n]{0,40}[ \t:=#-](X[A-Z0-9]{15}|[A-Z0-9]{4}-[A-Z0-9]{6}-[A-Z0-9]{4,5}|[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|[A-Z0-9]{4}(-[A-Z0-9]{4}){3})\b/ ascii wide
        $code_other_case = /\b(Gift ?-?[Cc]ard|GIFT ?-?CARD|iTunes|ITUNES|Steam|STEAM|Google Play|GOOGLE PLAY|Razer Gold|Amazon|AMAZON|Vanilla)[^\r\n]{0,40}[ \t:=#-](X[A-Z0-9]{15}|[A-Z0-9]{4}-[A-Z0-9]{6}-[A-Z0-9]{4,5}|[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}|[A-Z0-9]{4}(-[A-Z0-9]{4}){3})\b/ ascii wide
        $words = /gift ?-?card/ nocase ascii wide

    condition:
        filesize < 5MB
        and #code + #code_other_case > 2
        and $words
}

rule Iban_List
{
    meta:
        description = "Five or more bank accounts in international form, each after the word IBAN"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "low"
        mitre_att = "T1005"
        reference = "https://www.swift.com/standards/data-standards/iban-international-bank-account-number"
        sample = "list.toml"
        sensitive = true

    strings:
        $account = /\bIBAN(=|:|;|,|"|'| |\t){1,8}[A-Z]{2}\d{2} ?([A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b/ ascii wide

    condition:
        filesize < 100MB
        and #account > 4
}

rule Identity_Sheet
{
    meta:
        description = "Sheet with a person's birth date, social security number and card or mother's maiden name"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "high"
        mitre_att = "T1589"
        reference = "https://attack.mitre.org/techniques/T1589/"
        sample = "sheet.toml"
        sensitive = true

    strings:
        $birth = /\b(dob|date of birth|birth ?date)[ \t]{0,4}[:=|][ \t]{0,4}\d{1,4}[-\/.]\d{1,2}[-\/.]\d{2,4}\b/ nocase ascii wide
        $number = /\b(ssn|social security( number)?)[ \t]{0,4}[:=|][ \t]{0,4}\d{3}[- ]?\d{2}[- ]?\d{4}\b/ nocase ascii wide
        $more_1 = /\bmother'?s?[ _]maiden([ _]name)?[ \t]{0,4}[:=|][ \t]{0,4}[a-z]/ nocase ascii wide
        // cfr:allow CFR038 the code has no word but these letters
        $more_2 = /\b(cvv2?|cvc)[ \t]{0,4}[:=|][ \t]{0,4}\d{3,4}\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and $birth
        and $number
        and any of ($more_*)
}
