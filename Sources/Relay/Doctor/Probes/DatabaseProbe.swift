internal import Glibc
internal import RelayCore
internal import RelayStore
internal import SQLite

/// Reads the database's file, beside a relayer that runs; makes none.
struct DatabaseProbe: Sendable {
    let path: String

    func look() -> DatabaseSight {
        if unsafe access(path, F_OK) != 0, errno == ENOENT { return .missing(problem: folderProblem) }
        do {
            let overview = try StoreView(path: path).overview()
            return .open(
                DatabaseSight.State(
                    identity: overview.chain.identity,
                    anchor: overview.chain.anchor,
                    halt: overview.chain.halt,
                    cursors: overview.cursors,
                    gaps: overview.gaps.count,
                    dead: overview.counts.first { $0.state == .dead }?.count ?? 0,
                    isHeld: FileLock.isHeld(path: path),
                    free: free
                )
            )
        } catch let error as SQLiteError where error.kind == .tooOld {
            return .older
        } catch let error as SQLiteError where error.kind == .empty {
            return .missing(problem: nil)
        } catch let error as SQLiteError {
            return .unusable(error.reason)
        } catch {
            return .unusable("\(error)")
        }
    }

    private var folder: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private var folderProblem: String? {
        guard unsafe access(folder, W_OK | X_OK) != 0 else { return nil }
        return "cannot write into the folder \(folder): \(unsafe String(cString: strerror(errno)))"
    }

    private var free: UInt64? {
        var disk = statvfs()
        guard unsafe statvfs(folder, &disk) == 0 else { return nil }
        return UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize)).partialValue
    }
}
