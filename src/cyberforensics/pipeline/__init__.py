"""Plan, batch, supervise: the only door to processes and executors."""

from cyberforensics.model.run import Limits
from cyberforensics.pipeline.bench import AgainstJob, BenchPack, PackJob, SearchJob, SureJob, measure
from cyberforensics.pipeline.beside import Beside, beside
from cyberforensics.pipeline.cache import CacheFile, cache_file
from cyberforensics.pipeline.cache_update import update_cache
from cyberforensics.pipeline.context import context_of
from cyberforensics.pipeline.cross_check import redigest, relist
from cyberforensics.pipeline.examine import ExamineOptions
from cyberforensics.pipeline.export import ExportJob
from cyberforensics.pipeline.git import changed_since
from cyberforensics.pipeline.inspect import inspect, list_entries, verify_image
from cyberforensics.pipeline.jobs import DigestJob, ExamineJob, OpenJob, ReadyJob, WalkJob, Worker
from cyberforensics.pipeline.known_differences import (
    FAT_EPOCH,
    KNOWN_DIFFERENCES,
    KnownDifference,
    Met,
    explain,
    one_reader_alone,
)
from cyberforensics.pipeline.notable import NotablePaths, load_notable
from cyberforensics.pipeline.orient import OrientJob, Wanted, ask
from cyberforensics.pipeline.other_tools import ewfverify
from cyberforensics.pipeline.own_work import in_processes
from cyberforensics.pipeline.path_globs import PathGlobs
from cyberforensics.pipeline.plan import enforced, list_volume, open_source
from cyberforensics.pipeline.pool import BatchResult, PendingDigests, Pool, are_done
from cyberforensics.pipeline.priority import chosen_priority, priority
from cyberforensics.pipeline.rule_check import compiling_with
from cyberforensics.pipeline.sample_scan import Scanned, scan_samples
from cyberforensics.pipeline.scope import admits
from cyberforensics.pipeline.source_check import SourceVerdict, compare, look, problems_of, verdict
from cyberforensics.pipeline.spool_folder import spool_folder
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped
from cyberforensics.pipeline.thumbnail import ThumbnailJob, need_pillow
from cyberforensics.pipeline.wire import Exported, Figure, Message, SourceDigests

__all__ = [
    "FAT_EPOCH",
    "KNOWN_DIFFERENCES",
    "AgainstJob",
    "BatchResult",
    "BenchPack",
    "Beside",
    "CacheFile",
    "DigestJob",
    "ExamineJob",
    "ExamineOptions",
    "ExportJob",
    "Exported",
    "Figure",
    "KnownDifference",
    "Limits",
    "Message",
    "Met",
    "NotablePaths",
    "OpenJob",
    "OrientJob",
    "PackJob",
    "PathGlobs",
    "PendingDigests",
    "Pool",
    "ReadyJob",
    "Scanned",
    "SearchJob",
    "SourceDigests",
    "SourceVerdict",
    "Supervisor",
    "SureJob",
    "ThumbnailJob",
    "WalkJob",
    "Wanted",
    "Worker",
    "WorkerStopped",
    "admits",
    "are_done",
    "ask",
    "beside",
    "cache_file",
    "changed_since",
    "chosen_priority",
    "compare",
    "compiling_with",
    "context_of",
    "enforced",
    "ewfverify",
    "explain",
    "in_processes",
    "inspect",
    "list_entries",
    "list_volume",
    "load_notable",
    "look",
    "measure",
    "need_pillow",
    "one_reader_alone",
    "open_source",
    "priority",
    "problems_of",
    "redigest",
    "relist",
    "scan_samples",
    "spool_folder",
    "update_cache",
    "verdict",
    "verify_image",
]
