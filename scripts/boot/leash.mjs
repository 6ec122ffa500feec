import { accessSync, constants } from 'node:fs'

const SETPRIV = '/usr/bin/setpriv'
const has = (() => {
  try {
    accessSync(SETPRIV, constants.X_OK)
    return process.platform === 'linux'
  } catch {
    return false
  }
})()

/**
 * Command and arguments that start the same program with a parent-death signal: Linux sends it SIGTERM when this process is gone, even by SIGKILL,
 * when no handler can run. On other systems the program as it is.
 * @param {string} program @param {string[]} args @returns {[string, string[]]}
 */
export const leashed = (program, args) => (has ? [SETPRIV, ['--pdeathsig', 'TERM', program, ...args]] : [program, args])
