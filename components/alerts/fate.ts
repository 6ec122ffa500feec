/** The look of a delivery's state. */
export const FATE = { queued: 'info', delivered: 'ok', failed: 'critical' } as const
