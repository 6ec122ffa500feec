export type Argument = string | number | Buffer
export type Command = readonly [name: string, ...args: Argument[]]

/** A command as RESP, a character for each byte: so many commands are one text, and one write. */
export function respOf(command: Command): string {
  let text = `*${command.length}\r\n`
  for (const part of command) {
    const bytes = bytesOf(part)
    text += `$${bytes.length}\r\n${bytes}\r\n`
  }
  return text
}

function bytesOf(part: Argument): string {
  if (typeof part === 'object') return part.toString('latin1')
  const text = String(part)
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1')
}
