/** One line of progress on stderr, so that stdout stays free for results. */
export function say(text) {
  process.stderr.write(process.stderr.isTTY ? `\u001b[2m›\u001b[0m ${text}\n` : `> ${text}\n`)
}

/** A failure that a person can act on: its message is printed without a stack, and the process ends with `code`. */
export class Stop extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}
