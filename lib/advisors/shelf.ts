import type { Advisor } from '../model/detector.ts'

/** The shelf of remedies. One line an advisor; its id is its file's name. */
export const advisors: Advisor[] = []
