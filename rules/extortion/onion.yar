// Addresses of hidden services.

// cfr:allow CFR042 an address counts in page files and memory images as well, of any size
rule Onion_Address
{
    meta:
        description = "Address of a hidden service of the Tor network (version 3)"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "low"
        mitre_att = "T1090.003"
        reference = "https://spec.torproject.org/rend-spec/encoding-onion-addresses.html"
        sample = "link.toml"

    strings:
        // 32 bytes of key, 2 of checksum and the version byte 3 in base32: the last character is always d
        $address = /[a-z2-7]{55}d\.onion/ ascii wide

    condition:
        $address
}
