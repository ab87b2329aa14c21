// Casts the rays of a wall thickness through a binary STL with Embree 3, as a
// peer of `bench rays`, and prints a line of JSON for each mode of the scene:
// fast, and robust, which is the one that no ray slips through.
//
//   embree FILE.stl [LIMIT]
//
// Each triangle with an area has one ray: it starts at the middle of the
// corners, moved inward by 1e-5 of the diagonal of the box, and runs against
// the normal; both are computed in double precision and rounded to single.
// Rays run in the order of the file, on one thread, once as far as they go and
// once up to LIMIT mm, 2 by default. Times are of the processor: the median of
// seven runs, of three for the hierarchy.

#include <embree3/rtcore.h>
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr float kForever = std::numeric_limits<float>::infinity();

using Point = std::array<float, 3>;
using Corners = std::array<uint32_t, 3>;
using Vector = std::array<double, 3>;

struct Mesh {
    std::vector<Point> points;
    std::vector<Corners> triangles;
};

struct Ray {
    Point origin, direction;
};

// readFile returns the corners of all triangles of a binary STL, three each.
std::vector<Point> readFile(const char *path) {
    constexpr size_t kHeader = 84, kRecord = 50, kNormal = 12;
    std::ifstream in(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    uint32_t count = 0;
    if (bytes.size() >= kHeader) std::memcpy(&count, &bytes[kHeader - 4], 4);
    if (count == 0 || bytes.size() < kHeader + kRecord * size_t(count))
        throw std::runtime_error(std::string(path) + " is no binary STL");
    std::vector<Point> corners(3 * size_t(count));
    for (size_t t = 0; t < count; t++)
        std::memcpy(&corners[3 * t], &bytes[kHeader + kRecord * t + kNormal], 3 * sizeof(Point));
    for (Point &p : corners)
        for (float &x : p) x += 0.0f;  // -0 becomes 0
    return corners;
}

// weld numbers equal points alike, in the order of their first use.
Mesh weld(const std::vector<Point> &corners) {
    std::vector<uint32_t> order(corners.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
        return corners[a] != corners[b] ? corners[a] < corners[b] : a < b;
    });
    std::vector<uint32_t> first(corners.size());  // the first corner at the same point
    for (size_t i = 0; i < order.size(); i++)
        first[order[i]] = i > 0 && corners[order[i]] == corners[order[i - 1]] ? first[order[i - 1]] : order[i];
    Mesh mesh;
    mesh.triangles.resize(corners.size() / 3);
    std::vector<uint32_t> number(corners.size());
    for (uint32_t i = 0; i < corners.size(); i++) {
        if (first[i] == i) {
            number[i] = uint32_t(mesh.points.size());
            mesh.points.push_back(corners[i]);
        }
        mesh.triangles[i / 3][i % 3] = number[first[i]];
    }
    return mesh;
}

double length(const Vector &v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

double diagonal(const std::vector<Point> &points) {
    Vector sides{};
    for (int k = 0; k < 3; k++) {
        const auto [low, high] = std::minmax_element(points.begin(), points.end(),
            [k](const Point &a, const Point &b) { return a[k] < b[k]; });
        sides[k] = double((*high)[k]) - (*low)[k];
    }
    return length(sides);
}

std::vector<Ray> inwardRays(const Mesh &mesh) {
    const double inset = 1e-5 * diagonal(mesh.points);
    std::vector<Ray> rays;
    for (const Corners &t : mesh.triangles) {
        const Point &a = mesh.points[t[0]], &b = mesh.points[t[1]], &c = mesh.points[t[2]];
        Vector ab, ac;
        for (int k = 0; k < 3; k++) {
            ab[k] = double(b[k]) - a[k];
            ac[k] = double(c[k]) - a[k];
        }
        const Vector normal{ab[1] * ac[2] - ab[2] * ac[1], ab[2] * ac[0] - ab[0] * ac[2], ab[0] * ac[1] - ab[1] * ac[0]};
        const double size = length(normal);
        if (!(size > 0)) continue;
        Ray ray;
        for (int k = 0; k < 3; k++) {
            const double inward = -normal[k] / size;
            ray.origin[k] = float((double(a[k]) + b[k] + c[k]) / 3 + inset * inward);
            ray.direction[k] = float(inward);
        }
        rays.push_back(ray);
    }
    return rays;
}

// threadSeconds is the time the processor has worked for this thread.
double threadSeconds() {
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

double medianSeconds(int runs, const std::function<void()> &prepare, const std::function<void()> &work) {
    std::vector<double> seconds;
    while (runs-- > 0) {
        prepare();
        const double start = threadSeconds();
        work();
        seconds.push_back(threadSeconds() - start);
    }
    std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
    return seconds[seconds.size() / 2];
}

class Scene {
public:
    Scene(RTCDevice device, const Mesh &mesh, bool robust) : scene_(rtcNewScene(device)) {
        if (robust) rtcSetSceneFlags(scene_, RTC_SCENE_FLAG_ROBUST);
        RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
        rtcSetSharedGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
            mesh.points.data(), 0, sizeof(Point), mesh.points.size());
        rtcSetSharedGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
            mesh.triangles.data(), 0, sizeof(Corners), mesh.triangles.size());
        rtcCommitGeometry(geometry);
        rtcAttachGeometry(scene_, geometry);
        rtcReleaseGeometry(geometry);
        rtcCommitScene(scene_);
    }
    ~Scene() { rtcReleaseScene(scene_); }
    Scene(const Scene &) = delete;
    Scene &operator=(const Scene &) = delete;

    // distances fills in how far each ray gets, kForever for a miss.
    void distances(const std::vector<Ray> &rays, float limit, std::vector<float> &out) const {
        RTCIntersectContext context;
        rtcInitIntersectContext(&context);
        for (size_t i = 0; i < rays.size(); i++) {
            RTCRayHit query{};
            query.ray.org_x = rays[i].origin[0];
            query.ray.org_y = rays[i].origin[1];
            query.ray.org_z = rays[i].origin[2];
            query.ray.dir_x = rays[i].direction[0];
            query.ray.dir_y = rays[i].direction[1];
            query.ray.dir_z = rays[i].direction[2];
            query.ray.tfar = limit;
            query.ray.mask = ~0u;
            query.hit.geomID = query.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
            rtcIntersect1(scene_, &context, &query);
            out[i] = query.hit.geomID == RTC_INVALID_GEOMETRY_ID ? kForever : query.ray.tfar;
        }
    }

private:
    RTCScene scene_;
};

void measure(const Mesh &mesh, const std::vector<Ray> &rays, float limit, bool robust) {
    RTCDevice device = rtcNewDevice("threads=1,set_affinity=0");
    std::unique_ptr<Scene> scene;
    const double build = medianSeconds(3, [&] { scene.reset(); },
        [&] { scene = std::make_unique<Scene>(device, mesh, robust); });
    std::vector<float> found(rays.size());
    const auto cast = [&](float far) {
        return medianSeconds(7, [] {}, [&] { scene->distances(rays, far, found); });
    };
    const double bounded = cast(limit), unbounded = cast(kForever);
    scene.reset();
    rtcReleaseDevice(device);

    std::sort(found.begin(), found.end());
    const auto end = std::lower_bound(found.begin(), found.end(), kForever);
    const size_t hits = size_t(end - found.begin());
    const auto quantile = [&](double q) { return hits == 0 ? 0.0 : double(found[size_t(q * double(hits - 1))]); };
    const auto rate = [&](double seconds) { return double(rays.size()) / seconds / 1e6; };
    std::printf("{\"mode\":\"%s\",\"triangles\":%zu,\"rays\":%zu,\"buildSeconds\":%.6f,"
                "\"mraysPerSecond\":%.4f,\"boundedMraysPerSecond\":%.4f,\"misses\":%zu,"
                "\"min\":%.5f,\"p1\":%.5f,\"p5\":%.5f,\"p50\":%.5f}\n",
        robust ? "robust" : "fast", mesh.triangles.size(), rays.size(), build, rate(unbounded), rate(bounded),
        rays.size() - hits, quantile(0), quantile(0.01), quantile(0.05), quantile(0.5));
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: embree FILE.stl [LIMIT]\n");
        return 2;
    }
    const float limit = argc > 2 ? std::strtof(argv[2], nullptr) : 2.0f;
    // Embree asks for this of the threads that call it.
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
    try {
        Mesh mesh = weld(readFile(argv[1]));
        const std::vector<Ray> rays = inwardRays(mesh);
        // Embree loads 16 bytes from each point.
        mesh.points.reserve(mesh.points.size() + 1);
        for (bool robust : {false, true}) measure(mesh, rays, limit, robust);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "embree: %s\n", e.what());
        return 1;
    }
}
