import type { AnyActuator } from '../model/product.ts'

/** The shelf of what can be written. Only lib/changes imports it. */
export const actuators: AnyActuator[] = []
