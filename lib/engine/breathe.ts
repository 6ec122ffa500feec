/** Yields to the event loop once: requests and answers that came meanwhile are served before the work continues. */
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
