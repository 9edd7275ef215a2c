// Signals for tests.

// cfr:allow CFR042 a test signal must be found wherever somebody put it
rule Eicar_Test_File
{
    meta:
        description = "The antivirus test file: harmless, and found by every virus scanner"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "INFO"
        severity = "info"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        sample = "eicar.toml"

    strings:
        // written so that virus scanners leave this rule alone: no text of it stands here whole
        $eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR\x2dSTANDARD\x2dANTIVIRUS\x2dTEST\x2dFILE!$H+H*"

    condition:
        $eicar
}
