import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Certificate = { cert: string; key: string; certFile: string; keyFile: string }

/** A certificate authority of this test, made with openssl in `dir`. */
export function createAuthority(
  dir: string,
  name: string,
): { ca: string; caFile: string; sign(about: { name: string; for: string }): Certificate } {
  const file = (end: string) => join(dir, end)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...fresh, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-days', '2', '-subj', `/CN=${name}`)
  return {
    ca: readFileSync(file(`${name}.crt`), 'utf8'),
    caFile: file(`${name}.crt`),
    sign({ name: own, for: names }) {
      writeFileSync(file(`${own}.ext`), `subjectAltName=${names}\n`)
      openssl('req', ...fresh, '-keyout', `${own}.key`, '-out', `${own}.csr`, '-subj', `/CN=${own}`)
      openssl(
        ...['x509', '-req', '-in', `${own}.csr`, '-CA', `${name}.crt`, '-CAkey', `${name}.key`, '-CAcreateserial'],
        ...['-out', `${own}.crt`, '-days', '2', '-extfile', `${own}.ext`],
      )
      const [certFile, keyFile] = [file(`${own}.crt`), file(`${own}.key`)]
      return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile }
    },
  }
}
