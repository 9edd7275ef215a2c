// Words and addresses that people write down.

rule Seed_Phrase
{
    meta:
        description = "Twelve or more words of a wallet's recovery phrase, after words that say so"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "high"
        mitre_att = "T1552.001"
        reference = "https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki"
        sample = "note.toml"
        sensitive = true

    strings:
        // Words of BIP 39 have three to eight lower-case letters. Prose hardly ever has twelve such words in a row:
        // its "of", "to", "a" and "is" are too short.
        $same_line = /([Ss]eed|[Rr]ecovery|[Bb]ackup|[Ss]ecret|[Mm]nemonic|[Ww]allet|SEED|RECOVERY|MNEMONIC)[ _-]?([Pp]hrase|[Ww]ords|[Ss]eed|PHRASE|WORDS|SEED)[^a-zA-Z\r\n]{1,12}(1[.):]?[ \t]{0,2})?[a-z]{3,8}([ \t\r\n,;]{1,4}(\d{1,2}[.):]?[ \t]{0,2})?[a-z]{3,8}){11}([^a-zA-Z]|$)/ ascii wide
        $next_line = /([Ss]eed|[Rr]ecovery|[Bb]ackup|[Ss]ecret|[Mm]nemonic|[Ww]allet|SEED|RECOVERY|MNEMONIC)[ _-]?([Pp]hrase|[Ww]ords|[Ss]eed|PHRASE|WORDS|SEED)[^\r\n]{0,80}[\r\n]{1,6}[ \t"']{0,8}(1[.):]?[ \t]{0,2})?[a-z]{3,8}([ \t\r\n,;]{1,4}(\d{1,2}[.):]?[ \t]{0,2})?[a-z]{3,8}){11}([^a-zA-Z]|$)/ ascii wide
        $one_word = /\b([Ss]eed|SEED|[Mm]nemonic|MNEMONIC|BIP-?39)[ \t]{0,2}[:=][ \t\r\n"']{0,6}(1[.):]?[ \t]{0,2})?[a-z]{3,8}([ \t\r\n,;]{1,4}(\d{1,2}[.):]?[ \t]{0,2})?[a-z]{3,8}){11}([^a-zA-Z]|$)/ ascii wide

    condition:
        filesize < 20MB
        and any of them
}

rule Payment_Address
{
    meta:
        description = "Bitcoin or Monero address beside a word that says so, or in the form that needs none"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "low"
        mitre_att = "T1657"
        reference = "https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki"
        sample = "note.toml"

    strings:
        $named = /\b(bitcoin|btc)\b([^\r\n1-9A-HJ-NP-Za-km-z]{1,4}[A-Za-z-]{1,12}){0,4}[^1-9A-HJ-NP-Za-km-z]{1,16}[13][1-9A-HJ-NP-Za-km-z]{25,33}\b/ nocase ascii wide
        $link = /\bbitcoin:(1|3|bc1)[0-9A-Za-z]{25,60}\b/ ascii wide
        // version 0: a hash of 20 or 32 bytes; version 1 (Taproot, BIP 341): a key of 32
        $segwit = /\bbc1q[02-9ac-hj-np-z]{38}([02-9ac-hj-np-z]{20})?\b/ ascii wide
        $taproot = /\bbc1p[02-9ac-hj-np-z]{58}\b/ ascii wide
        $monero = /\b(monero|xmr)\b[^\r\n]{0,60}\b[48][0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and any of them
}
