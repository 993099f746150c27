import { isMap, type JsonMap } from '../core/object/index.ts'

/**
 * Why the value of a document is nothing to deliver, or undefined where it is an object: no Kubernetes object, an
 * encrypted file, a kind of the fleet.
 */
export function documentProblem(
  value: unknown,
): { subject: string; message: string; hint?: string } | undefined {
  if (!isMap(value)) {
    return {
      subject: 'document',
      message: 'this is no Kubernetes object',
      hint: 'write apiVersion, kind and metadata',
    }
  }
  const { apiVersion, kind } = value
  const subject = typeof kind === 'string' ? kind.slice(0, 63) : 'document'
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    const missing = typeof apiVersion === 'string' ? 'kind' : 'apiVersion'
    return {
      subject,
      message: `${missing} is missing: this is no Kubernetes object`,
      hint: 'add it, or move the file out of the source path',
    }
  }
  if (isEncrypted(value)) {
    return {
      subject,
      message: 'this file is encrypted with SOPS, which only a hub with its key decrypts',
      hint: 'it is never applied as it is; move it out of the source path',
    }
  }
  if (apiVersion.startsWith('evenkeel.dev/')) {
    return {
      subject,
      message: `kind ${subject} configures the fleet and is not delivered to clusters`,
      hint: 'move the source path away from the fleet folder',
    }
  }
  return undefined
}

function isEncrypted(value: JsonMap): boolean {
  const { sops } = value
  return isMap(sops) && Object.hasOwn(sops, 'mac')
}
