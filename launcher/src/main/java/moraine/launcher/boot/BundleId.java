package moraine.launcher.boot;

/**
 * The Maven coordinates of a bundle.
 *
 * @param group the group id
 * @param artifact the artifact id
 * @param version the version as the repository folder spells it
 */
public record BundleId(String group, String artifact, String version) {
    /** {@return the path of the jar below the root of a repository in Maven's layout} */
    public String path() {
        return group.replace('.', '/') + '/' + artifact + '/' + version + '/' + artifact + '-' + version + ".jar";
    }

    @Override
    public String toString() {
        return group + ':' + artifact + ':' + version;
    }
}
