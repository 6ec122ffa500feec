import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { RECORDED, type RecordedFile } from '../files.ts'

const compressed = promisify(gzip)

/** Where a recording lies. */
export const pathOf = (name: string) => join(RECORDED, `${name}.json.gz`)

/** Writes it while the rest goes on: the traffic that is recorded comes from the same process. */
export async function save(file: RecordedFile): Promise<void> {
  await writeFile(pathOf(file.scenario), await compressed(JSON.stringify(file), { level: 9 }))
}
