import Testing

@testable import Transport

@Suite struct ClockFloorTests {
    @Test func followsTheClockForward() {
        var floor = ClockFloor()
        #expect(floor.time(wall: 1_000, steady: 50) == 1_000)
        #expect(floor.time(wall: 1_010, steady: 60) == 1_010)
        #expect(floor.time(wall: 9_000_000, steady: 70) == 9_000_000)
    }

    @Test func goesOnWhereTheClockIsSetBack() {
        var floor = ClockFloor()
        _ = floor.time(wall: 5_000_000, steady: 100)
        #expect(floor.time(wall: 1_000, steady: 130) == 5_000_030)
        #expect(floor.time(wall: 1_500, steady: 630) == 5_000_530)
        // The clock has caught up.
        #expect(floor.time(wall: 6_000_000, steady: 640) == 6_000_000)
    }

    @Test func bearsAnyReading() {
        var floor = ClockFloor()
        #expect(floor.time(wall: .max, steady: .min) == .max)
        #expect(floor.time(wall: 7, steady: .max) == .max)
        #expect(floor.time(wall: 8, steady: 0) == .max)
        #expect(floor.time(wall: .min, steady: .max) == .min)
    }
}
