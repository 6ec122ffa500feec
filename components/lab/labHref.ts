import { EMPTY_LAB, type LabState, writeLab } from './link.ts'

/** The lab with a known ring on the bench, `ring:products` or `pool:edge/app`, and an edit of it. */
export const labHref = (of: string, edited: Partial<LabState> = {}) => `/lab?lab=${writeLab({ ...EMPTY_LAB, ...edited, of })}`
