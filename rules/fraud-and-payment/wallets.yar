// Crypto wallets: files that hold keys, encrypted or not.

rule Bitcoin_Core_Wallet
{
    meta:
        description = "Wallet of Bitcoin Core or a program made from it (wallet.dat)"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1005"
        reference = "https://github.com/bitcoin/bitcoin/blob/master/src/wallet/walletdb.cpp"
        sample = "wallet.toml"

    strings:
        $record_1 = "\x12bestblock_nomerkle"  // the length stands before each word
        $record_2 = "\x09bestblock"
        $record_3 = "\x07keymeta"
        $record_4 = "\x0adefaultkey"
        $record_5 = "\x04mkey"
        $record_6 = "\x0aminversion"
        $record_7 = "\x10walletdescriptor"
        $record_8 = "\x05flags"

    condition:
        // Berkeley DB, B-tree, either byte order; or SQLite with the network's magic as its application id
        (
            (uint32(12) == 0x00053162 or uint32be(12) == 0x00053162)
            or (uint32be(0) == 0x53514C69 and (uint32be(68) == 0xF9BEB4D9 or uint32be(68) == 0x0B110907))
        )
        and 2 of them
}

rule Electrum_Wallet
{
    meta:
        description = "Wallet of Electrum that is not encrypted as a whole"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1005"
        reference = "https://github.com/spesmilo/electrum/blob/master/electrum/wallet_db.py"
        sample = "wallet.toml"
        sensitive = true

    strings:
        $version = /"seed_version": ?\d{1,3}/
        $type = /"wallet_type": ?"(standard|imported|2fa|\dof\d)/
        $keys_1 = "\"keystore\":"
        $keys_2 = "\"x1/\":"

    condition:
        uint8(0) == 0x7B
        and filesize < 100MB
        and $version
        and $type
        and any of ($keys_*)
}

rule Ethereum_Key_File
{
    meta:
        description = "Encrypted Ethereum key in the common JSON form (version 3)"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1005"
        reference = "https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage/"
        sample = "key.toml"
        sensitive = true

    strings:
        $crypto = /"crypto"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}\{/ nocase
        $cipher = /"cipher"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}"aes-128-(ctr|cbc)"/
        $function = /"kdf"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}"(scrypt|pbkdf2)"/
        $check = /"mac"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}"[0-9a-f]{64}"/ nocase
        $version = /"version"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}3\b/

    condition:
        filesize < 64KB
        and all of them
}

rule Browser_Wallet_Vault
{
    meta:
        description = "Encrypted store of a wallet that lives in a browser (MetaMask and its kin)"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "medium"
        mitre_att = "T1005"
        reference = "https://github.com/MetaMask/browser-passworder"
        sample = "store.toml"
        sensitive = true

    strings:
        $controller = "KeyringController"
        // the text stands in a string of JSON, so its quotation marks may be escaped
        $vault = /\\?"data\\?":\\?"[A-Za-z0-9+\/=]{40,4000}\\?",\\?"iv\\?":\\?"[A-Za-z0-9+\/=]{16,32}\\?",/

    condition:
        filesize < 500MB
        and $controller
        and $vault
}
