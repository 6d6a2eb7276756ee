internal import Ethereum
internal import RelayCore
package import Telemetry
package import Transport

/// What every service has at hand: the time, a voice, counters, and the request to stop.
package struct ServiceEnvironment: Sendable {
    package let time: any TimeSource
    package let log: Logger
    package let counters: Counters
    package let outages: Outages
    package let stop: StopRequest

    package init(time: any TimeSource, log: Logger, counters: Counters = Counters(), stop: StopRequest = StopRequest())
    {
        self.time = time
        self.log = log
        self.counters = counters
        self.stop = stop
        outages = Outages(log: log, time: time)
    }

    var now: Timestamp { Timestamp(milliseconds: time.now()) }

    /// A logger whose lines name the request.
    func log(for request: Request) -> Logger { log.with(request.fields) }
}

extension Request {
    /// The fields that name a request in a log line.
    var fields: LogFields {
        [
            "request.hash": observed.hash.hex, "request.job": observed.jobID,
            "request.contract": observed.contract,
        ]
    }
}
