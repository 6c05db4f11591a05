// A SCIM service made of the npm packages `scimmy` and `scimmy-routers`, in memory: something that is not ours to provision into.
// Usage: node scimmy.mjs PORT TOKEN, in a folder where `npm install express scimmy scimmy-routers` was run.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages are those of the folder that it is started in.
const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const load = async (name) => {
    const found = (await import(pathToFileURL(require.resolve(name)).href)).default;
    return found.default ?? found;
};
const [express, SCIMMY, SCIMMYRouters] = [await load("express"), await load("scimmy"), await load("scimmy-routers")];
const [port, token] = process.argv.slice(2);

function keep(type, unique) {
    const kept = new Map();
    const taken = (value, id) => [...kept.values()].some((one) => one.id !== id
        && String(one[unique]).toLowerCase() === String(value).toLowerCase());
    SCIMMY.Resources.declare(type)
        .ingress((resource, data) => {
            if (taken(data[unique], resource.id)) {
                throw new SCIMMY.Types.Error(409, "uniqueness", `${unique} is taken`);
            }
            if (resource.id !== undefined && !kept.has(resource.id)) {
                throw new SCIMMY.Types.Error(404, null, `no resource ${resource.id}`);
            }
            const now = new Date().toISOString();
            const id = resource.id ?? randomUUID();
            const created = kept.get(id)?.meta.created ?? now;
            const stored = { ...JSON.parse(JSON.stringify(data)), id, meta: { created, lastModified: now } };
            kept.set(id, stored);
            return stored;
        })
        .egress((resource) => {
            if (resource.id !== undefined) {
                const found = kept.get(resource.id);
                if (!found) throw new SCIMMY.Types.Error(404, null, `no resource ${resource.id}`);
                return found;
            }
            const all = [...kept.values()];
            return resource.filter ? resource.filter.match(all) : all;
        })
        .degress((resource) => {
            if (!kept.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `no resource ${resource.id}`);
        });
}

keep(SCIMMY.Resources.User, "userName");
keep(SCIMMY.Resources.Group, "displayName");

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("the token is not valid");
        return "provisioning";
    },
}));
app.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/scim/v2`));
