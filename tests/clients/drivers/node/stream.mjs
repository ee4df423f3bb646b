// Uploads what comes on standard input, whose length nobody knows, by tus-js-client.
import * as tus from 'tus-js-client';

const [url, token, bucketName, objectName] = process.argv.slice(2);
const upload = new tus.Upload(process.stdin, {
  endpoint: `${url}/storage/v1/upload/resumable`,
  headers: { authorization: `Bearer ${token}` },
  metadata: { bucketName, objectName },
  uploadLengthDeferred: true,
  chunkSize: 1000,
  retryDelays: null,
  onSuccess: () => console.log('done'),
  onError: (error) => {
    throw error;
  },
});
upload.start();
