// Commands that clear the way for encryption: services, virtual machines, shadow copies.

rule Services_Stopped_In_Bulk
{
    meta:
        description = "Script that stops six or more services or programs of databases, mail, backups and protection"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1489"
        reference = "https://attack.mitre.org/techniques/T1489/"
        sample = "stop.toml"

    strings:
        $service = /\b(net1?|sc)(\.exe)?["']?[ \t]{1,4}stop[ \t]{1,4}[^\r\n]{0,40}(sql|veeam|backup|exchange|sophos|acronis|oracle|firebird|quickbooks|sharepoint)/ nocase ascii wide
        $program = /\btaskkill(\.exe)?["']?[ \t][^\r\n]{0,40}\/im[ \t]{1,4}["']?[^\r\n]{0,20}(sql|veeam|backup|exchange|oracle|firebird|quickbooks|outlook|thebat|steam)/ nocase ascii wide
        $cmdlet = /\bStop-Service\b[^\r\n]{0,60}(sql|veeam|backup|exchange|sophos|acronis|oracle|firebird|quickbooks|sharepoint)/ nocase ascii wide

    condition:
        filesize < 1MB
        and #service + #program + #cmdlet > 5
}

rule Shadow_Copies_Deleted_By_Script
{
    meta:
        description = "PowerShell or VBScript that deletes every shadow copy through WMI"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1490"
        reference = "https://attack.mitre.org/techniques/T1490/"
        sample = "pipeline.toml"

    strings:
        $pipeline = /\b(gwmi|gcim|Get-WmiObject|Get-CimInstance)[ \t][^\r\n|]{0,80}Win32_ShadowCopy[^\r\n]{0,80}\|[^\r\n]{0,80}(\.Delete\(|Remove-WmiObject|Remove-CimInstance)/ nocase ascii wide
        $query = /\bfrom[ \t]{1,4}Win32_ShadowCopy/ nocase ascii wide
        $delete = /\.Delete_\b/ nocase ascii wide

    condition:
        filesize < 20MB
        and ($pipeline or ($query and $delete))
}

rule Esxi_Machines_Stopped
{
    meta:
        description = "Script that shuts down or kills virtual machines of an ESXi host and touches their disks or snapshots"
        author = "cyberforensics"
        date = "2026-11-22"
        status = "RELEASED"
        sharing = "TLP:CLEAR"
        source = "CYBERFORENSICS"
        category = "TECHNIQUE"
        severity = "high"
        mitre_att = "T1489"
        reference = "https://attack.mitre.org/techniques/T1489/"
        sample = "stop.toml"

    strings:
        $kill_1 = /\besxcli[ \t][^\r\n]{0,60}vm[ \t]{1,4}process[ \t]{1,4}kill\b/
        $kill_2 = /\bvim-cmd[ \t]{1,4}vmsvc\/power\.off\b/
        $data_1 = /\bvim-cmd[ \t]{1,4}vmsvc\/snapshot\.removeall\b/
        $data_2 = "/vmfs/volumes"

    condition:
        filesize < 5MB
        and any of ($kill_*)
        and any of ($data_*)
}
