// How victims are pressed beside the note.

rule Data_Leak_Threat
{
    meta:
        description = "Text that claims data was taken, threatens to publish it and says how to reach the writer"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "critical"
        mitre_att = "T1657"
        reference = "https://attack.mitre.org/techniques/T1657/"
        sample = "letter.toml"

    strings:
        $taken = /\b(we|our team|our group)( have|'ve)?( also)? (downloaded|stolen|exfiltrated|copied|extracted|taken) [^\r\n]{0,60}(data|files|documents|databases?|\d ?[gt]b)\b/ nocase ascii wide
        $publish = /\b(will be|we will|going to be|we'll|to be) (publish(ed)?|leak(ed)?|post(ed)?|sold|sell|disclose(d)?)\b/ nocase ascii wide
        $where = /\b(our (blog|leak site|news site|website in tor)|dark ?(net|web)|leak (blog|site)|journalists|your competitors)\b/ nocase ascii wide
        $contact = /\b(tor browser|qtox|tox id|session id|negotiat(e|ions?|ors?)|protonmail|onionmail|onion)\b/ nocase ascii wide

    condition:
        filesize < 64KB
        and all of them
}

rule Ransom_Wallpaper_Script
{
    meta:
        description = "Script that changes the desktop's picture and speaks of encrypted or stolen files"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "MALWARE"
        severity = "high"
        mitre_att = "T1491.001"
        reference = "https://attack.mitre.org/techniques/T1491/001/"
        sample = "wallpaper.toml"

    strings:
        $set_1 = "SystemParametersInfo" nocase ascii wide
        $set_2 = /Control Panel\\{1,2}Desktop/ nocase ascii wide
        $picture = "wallpaper" nocase ascii wide
        $claim = /\b(files|data|network|documents|systems?|computers?)( have been| has been| are| is| were)( now)? (encrypted|stolen|locked)\b/ nocase ascii wide

    condition:
        filesize < 1MB
        and uint16(0) != 0x5A4D
        and any of ($set_*)
        and $picture
        and $claim
}
