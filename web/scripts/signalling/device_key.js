/**
 * The browser's own key: ECDSA P-256, made not extractable, kept in IndexedDB. Its signature over
 * the session's nonce proves that the same browser comes back.
 */

const DATABASE = "vmr";
const STORE = "keys";
const RECORD = "device";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

/** @typedef {{jwk: {kty: string, crv: string, x: string, y: string}, signature: string}} Proof */

/**
 * @param {string} room address as it is sent
 * @param {string} nonce of this session
 * @returns {Promise<Proof|null>} null where the browser has no keys (plain HTTP, private modes)
 */
export async function proveDevice(room, nonce) {
  try {
    const pair = await keyPair();
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const text = new TextEncoder().encode(`vmr-device:1:${room}:${nonce}`);
    const signature = await crypto.subtle.sign(SIGNATURE, pair.privateKey, text);
    return { jwk: { kty: kty ?? "", crv: crv ?? "", x: x ?? "", y: y ?? "" }, signature: base64url(signature) };
  } catch (error) {
    console.warn("no device key", error);
    return null;
  }
}

/** @param {ArrayBuffer} bytes */
export function base64url(bytes) {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @returns {Promise<CryptoKeyPair>} */
async function keyPair() {
  const database = await openDatabase();
  try {
    const known = await settled(database.transaction(STORE).objectStore(STORE).get(RECORD));
    if (known) return known;
    const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    await settled(database.transaction(STORE, "readwrite").objectStore(STORE).put(made, RECORD));
    return made;
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
