import { recordedFile, recordedNames, sharedFiles } from './files.ts'
import { type Made, simulatedFaults, simulatedHours } from './simulated.ts'

/**
 * All recordings, in an order that is always the same: what takes long first, so that none of those who replay them is left with an hour at the end.
 * Of simulated faults five of each kind to report on, one of each to tune on.
 */
export function allRecordings(): Made[] {
  return [
    ...simulatedHours(204),
    ...simulatedHours(4, 2),
    ...recordedNames().map((name) => ({ name, make: () => recordedFile(name) })),
    ...(sharedFiles() ?? []).map((recording) => ({ name: recording.name, make: () => recording })),
    ...simulatedFaults((place) => 1 + place, [2]),
    ...simulatedFaults((place) => 101 + place, [0, 1, 2, 3, 4]),
  ]
}
