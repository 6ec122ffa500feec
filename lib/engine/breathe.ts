/** Ends when the event loop has been round once: requests and answers that came meanwhile are served before work goes on. */
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))
