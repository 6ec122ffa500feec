/** Addresses that only this machine can reach. */
export const isLoopback = (host: string) => /^(localhost|127(\.\d{1,3}){3}|::1|0:0:0:0:0:0:0:1)$/i.test(host)
