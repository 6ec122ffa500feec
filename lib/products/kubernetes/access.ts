import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { dirname, resolve } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import { parse as parseYaml } from 'yaml'
import { EvenkeelError } from '../../model/error.ts'
import type { KubernetesConfig } from './config.ts'

/** The address of an API server, and the options of a request to it that is signed in. */
export interface Access {
  server: URL
  options(): Promise<RequestOptions>
}

const invalid = (detail: string) => new EvenkeelError('invalid', detail)

/**
 * Credentials as kubectl finds them: certificates, tokens, credential plugins, OIDC, or a pod's own service account, whose token changes. The
 * client library is loaded here, when the first target needs it: it takes half a second and 90 MB.
 */
export async function openAccess({ kubeconfig, context }: KubernetesConfig): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const kube = new KubeConfig()
  if (kubeconfig !== undefined) await loadFile(kube, kubeconfig)
  else if (process.env.KUBERNETES_SERVICE_HOST) kube.loadFromCluster()
  else throw invalid('no `kubeconfig` in the configuration, and this is no pod: KUBERNETES_SERVICE_HOST is not set')
  if (context !== undefined) kube.setCurrentContext(context)
  const server = serverOf(kube)
  return {
    server,
    async options() {
      const options: RequestOptions = {}
      try {
        await kube.applyToHTTPSOptions(options)
      } catch (error) {
        throw invalid(credentialsWords(error))
      }
      return options
    },
  }
}

async function loadFile(kube: KubeConfig, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw invalid(`the kubeconfig cannot be read: ${error.code ?? 'unknown error'}`)
  })
  try {
    kube.loadFromString(text)
    kube.makePathsAbsolute(dirname(file))
    withTokenFiles(kube, parseYaml(text), dirname(file))
  } catch {
    // The library's words may quote the file, and with it a token.
    throw invalid('the kubeconfig cannot be read: it is no kubeconfig in YAML, or one of its entries lacks a name or a server')
  }
  // The library refuses http:// unless certificates are not verified, where there are none.
  kube.clusters = kube.clusters.map((cluster) => (/^http:/i.test(cluster.server) ? { ...cluster, skipTLSVerify: true } : cluster))
}

/** The library reads `token-file`, and once; the field is `tokenFile`, and the file changes. */
function withTokenFiles(kube: KubeConfig, document: unknown, folder: string): void {
  const { users } = document as { users?: { name?: string; user?: { token?: string; tokenFile?: string } }[] }
  for (const { name, user } of users ?? []) {
    if (!user?.tokenFile) continue
    const authProvider = { name: 'tokenFile', config: { tokenFile: resolve(folder, user.tokenFile) } }
    // A token file takes precedence over a token.
    kube.users = kube.users.map((one) => (one.name === name ? { ...one, token: undefined, authProvider } : one))
  }
}

function serverOf(kube: KubeConfig): URL {
  const name = kube.getCurrentContext()
  const names = kube.getContexts().map((one) => one.name)
  const context = name ? kube.getContextObject(name) : null
  if (!context)
    throw invalid(`the kubeconfig has no context ${JSON.stringify(name ?? 'current-context')}; it has ${names.join(', ') || 'none'}`)
  const cluster = kube.getCurrentCluster()
  if (!cluster) throw invalid(`the kubeconfig's context ${context.name} names a cluster that it does not hold`)
  if (!kube.getCurrentUser()) throw invalid(`the kubeconfig's context ${context.name} names a user that it does not hold`)
  if (!URL.canParse(cluster.server) || !/^https?:$/.test(new URL(cluster.server).protocol))
    throw invalid(`the kubeconfig's cluster ${cluster.name} has no https:// address`)
  return new URL(cluster.server)
}

/** What a plugin writes may hold what it was given: only what failed is told. */
function credentialsWords(error: unknown): string {
  const { code, path, syscall } = error as { code?: unknown; path?: unknown; syscall?: unknown }
  if (typeof syscall === 'string' && syscall.startsWith('spawn'))
    return `the credential plugin of the kubeconfig cannot be run (${String(code)})`
  if (typeof code === 'string') return `a file of the credentials cannot be read (${code}${typeof path === 'string' ? `, ${path}` : ''})`
  return 'the credentials cannot be had: the credential plugin or the identity provider of the kubeconfig has failed; kubectl shows its words'
}
