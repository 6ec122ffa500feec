import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../scripts/boot/stamp.mjs'

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const command = (pattern: RegExp): string[] => JSON.parse(pattern.exec(dockerfile)![1]!) as string[]

/** The environment and the commands that the Dockerfile gives. */
export const IMAGE_ENV = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV ((?:.*\\\n)*.*)$/gm)]
    .map(([, text]) => text!)
    .flatMap((text) => text.replaceAll('\\\n', ' ').trim().split(/\s+/))
    .map((pair) => pair.split('=') as [string, string]),
)
export const IMAGE_CMD = command(/^CMD (\[.*\])$/m)
export const IMAGE_HEALTH = command(/^HEALTHCHECK .*\\\n\s*CMD (\[.*\])$/m)
